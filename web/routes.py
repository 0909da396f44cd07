"""Every address, one line each. Those of an organization also answer under ``/o/<slug>``."""

from starlette.routing import Route

from settings import Mode, settings
from web import accents, assets, downloads, graphql, health
from web.pages import accounts, contracts, home, payments, readings, sessions, statements, styles


def routes() -> list[Route]:
    """The styles page, where all parts are shown together, exists in development only."""
    development = [Route("/styles", styles.styles)] if settings().mode is Mode.DEVELOPMENT else []
    return [
        Route("/", home.home),
        Route("/sign-in", sessions.sign_in, methods=["GET", "POST"]),
        Route("/sign-out", sessions.sign_out, methods=["POST"]),
        Route("/accounts/{id}", accounts.account),
        Route("/accounts/{id}/statement", statements.statement),
        Route("/accounts/{id}/statement.pdf", downloads.statement_pdf),
        Route("/accounts/{id}/readings", readings.readings, methods=["GET", "POST"]),
        Route("/accounts/{id}/payments", payments.payments),
        Route("/contracts/{id}", contracts.contract),
        Route("/contracts/{id}/statement.pdf", downloads.contract_pdf),
        Route("/theme.css", accents.theme),
        Route("/static/{name}", assets.asset),
        Route("/health/live", health.live),
        Route("/health/ready", health.ready),
        *graphql.routes,
        *development,
    ]
