# One image for web, worker and migrations: docker-compose.yml says which command each runs.
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /venv
COPY requirements.lock .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN /venv/bin/pip install --no-cache-dir --no-build-isolation --no-deps . \
    && /venv/bin/python -m compileall -q /venv/lib

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data abonent && install -d -o abonent -g abonent /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 ABONENT_DATA_DIR=/data
USER abonent
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
ENTRYPOINT ["abonent"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
