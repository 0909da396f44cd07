"""What a request spends its time on: told to developers, and to whoever bears the token."""

import re

import pytest

from settings import settings

TOKEN = "m" * 40


def stages(answer) -> dict[str, tuple[float, str]]:
    parts = re.findall(r'(\w+);dur=([\d.]+)(?:;desc="([^"]*)")?', answer.headers["server-timing"])
    return {name: (float(seconds), told) for name, seconds, told in parts}


async def test_a_page_tells_developers_its_stages(aigul, site):
    await aigul.get(f"/accounts/{site.account}/statement?period=2020-05")  # the first one notes that the session is used
    told = stages(await aigul.get(f"/accounts/{site.account}/statement?period=2020-05"))
    assert set(told) == {"session", "prepare", "execute", "sql", "render"}
    statements = int(told["sql"][1].partition(" ")[0])
    assert 5 <= statements <= 20
    assert 0 < told["execute"][0] < 30_000
    assert "pdf" in stages(await aigul.get(f"/accounts/{site.account}/statement.pdf?period=2020-05"))
    again = stages(await aigul.get(f"/accounts/{site.account}/statement?period=2020-05"))
    assert int(again["sql"][1].partition(" ")[0]) == statements, "a request counts its own statements alone"


async def test_strangers_are_not_told_in_production(aigul, site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ABONENT_MODE", "production")
    monkeypatch.setenv("ABONENT_SECRET", "s" * 40)
    monkeypatch.setenv("ABONENT_BASE_URL", "https://cabinet.example.com")
    settings.cache_clear()
    assert "server-timing" not in (await aigul.get("/sign-in")).headers
    settings.cache_clear()


async def test_metrics_are_for_the_bearer_of_the_token(aigul, site, monkeypatch: pytest.MonkeyPatch):
    client = aigul.client
    assert (await client.get("/health/metrics")).status_code == 404
    assert (await client.get("/health/metrics", headers={"authorization": "Bearer "})).status_code == 404
    monkeypatch.setenv("ABONENT_METRICS_TOKEN", TOKEN)
    settings.cache_clear()
    await aigul.get(f"/accounts/{site.account}/statement?period=2020-05")
    assert (await client.get("/health/metrics", headers={"authorization": "Bearer " + "n" * 40})).status_code == 404
    answer = await client.get("/health/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert 'abonent_request_seconds_count{method="GET",route="/accounts/{id}/statement",status="2xx"}' in answer.text
    assert re.search(r'abonent_stage_seconds_count\{stage="sql"\} [1-9]', answer.text)
    assert re.search(r"abonent_sql_statements_total [1-9]", answer.text)
    assert site.account not in answer.text, "routes are templates"
    settings.cache_clear()
