"""Every address, one line each. Those of an organization also answer under ``/o/<slug>``."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from settings import Mode, settings
from web import accents, assets, downloads, graphql, health, registers
from web.pages import (
    access,
    accounts,
    agreements,
    bank_details,
    bills,
    certificates,
    charged,
    contract_entries,
    contract_settlements,
    contracts,
    data_reports,
    differences,
    documents,
    home,
    houses,
    human,
    imports,
    judging,
    letters,
    linking,
    look_up,
    mailbox,
    mailings,
    members,
    meters,
    offline,
    own_email,
    paying_rules,
    payments,
    periods,
    printing,
    profile,
    reading_history,
    reading_hook,
    reading_links,
    reading_rules,
    reading_texts,
    readings,
    receipts,
    recovery,
    registration,
    sessions,
    settlements,
    statement_files,
    statements,
    styles,
    tariffs,
    unsubscribing,
    why_files,
)

Handler = Callable[[Request], Awaitable[Response]]


def routes() -> list[Route]:
    """The styles page, where all parts are shown together, exists in development only, the mailbox in the demo only.

    They are tried in turn, so what is asked for most comes first.
    """
    development = [Route("/styles", styles.styles)] if settings().mode is Mode.DEVELOPMENT else []
    demo = _demo() if settings().mode is Mode.DEMO else []
    return [*_machines(), *_bills(), *_doors(), *_own(), *_staff(), *development, *demo]


def _doors() -> list[Route]:
    """What strangers may knock at."""
    return [
        Route("/", home.home),
        Route("/sign-in", sessions.sign_in, methods=["GET", "POST"]),
        Route("/sign-out", sessions.sign_out, methods=["POST"]),
        Route("/register", registration.register, methods=["GET", "POST"]),
        Route("/register/check", registration.check, methods=["POST"]),
        Route("/confirm", registration.confirm, methods=["GET", "POST"]),
        Route("/confirm/resend", registration.resend, methods=["GET", "POST"]),
        Route("/recover", recovery.recover, methods=["GET", "POST"]),
        Route("/recover/new", recovery.new_password, methods=["GET", "POST"]),
        Route("/agreement", agreements.agreement),
        Route("/human/image", human.image),
        Route("/human/sound", human.sound),
        Route("/check-receipt", receipts.check),
        Route("/check-certificate", certificates.check),
        Route("/tariffs", tariffs.tariffs),
        file("/tariffs.{kind}", tariffs.file),
        Route("/look-up", look_up.look_up, methods=["GET", "POST"]),
        Route("/look-up/streets", look_up.streets),
        Route("/look-up/statement", look_up.statement),
        Route("/look-up/statement.pdf", downloads.looked_up_pdf),
        Route("/offline", offline.offline),
        Route("/unsubscribe", unsubscribing.unsubscribe, methods=["GET", "POST"]),
        Route("/readings-link", reading_links.readings, methods=["GET", "POST"]),
        Route("/readings-link/text", reading_links.text, methods=["GET", "POST"]),
    ]


def _own() -> list[Route]:
    """One's own user, and whom one lets in."""
    return [
        Route("/link", linking.link, methods=["GET", "POST"]),
        Route("/profile", profile.profile),
        Route("/profile/data", profile.data, methods=["GET", "POST"]),
        Route("/profile/email", own_email.email, methods=["GET", "POST"]),
        Route("/profile/email/withdraw", own_email.withdraw, methods=["POST"]),
        Route("/profile/email/confirm", own_email.confirm, methods=["GET", "POST"]),
        Route("/profile/email/cancel", own_email.cancel, methods=["GET", "POST"]),
        Route("/profile/password", profile.password, methods=["GET", "POST"]),
        Route("/profile/sessions", profile.places, methods=["GET", "POST"]),
        Route("/profile/tokens", profile.tokens, methods=["GET", "POST"]),
        Route("/profile/tokens/revoke", profile.revoke, methods=["POST"]),
        Route("/profile/subscriptions", profile.subscriptions, methods=["GET", "POST"]),
        Route("/profile/accounts", profile.accounts),
        Route("/profile/accounts/{id}", profile.unlink, methods=["GET", "POST"]),
        Route("/accounts/{id}/members", members.of_account, methods=["GET", "POST"]),
        Route("/contracts/{id}/members", members.of_contract, methods=["GET", "POST"]),
        Route("/profile/delete", profile.delete, methods=["GET", "POST"]),
        Route("/members/{id}", members.member, methods=["GET", "POST"]),
        Route("/members/{id}/revoke", members.revoke, methods=["GET", "POST"]),
        Route("/invitation", members.invitation, methods=["GET", "POST"]),
        Route("/invitations/{id}/revoke", members.revoke_invitation, methods=["POST"]),
        Route("/profile/consents/{id}", profile.consent, methods=["GET", "POST"]),
    ]


def _bills() -> list[Route]:
    """Accounts and contracts, for whoever is linked to them."""
    return [
        Route("/accounts/{id}/report", data_reports.report, methods=["GET", "POST"]),
        Route("/accounts/{id}", accounts.account),
        Route("/accounts/{id}/statement", statements.statement),
        Route("/accounts/{id}/statement/versions", statements.versions),
        Route("/accounts/{id}/statement/why", statements.why),
        file("/accounts/{id}/statement/why.{kind}", why_files.of_account),
        Route("/accounts/{id}/charged", charged.charged),
        file("/accounts/{id}/charged.{kind}", charged.file),
        file("/accounts/{id}/bill.pdf", bills.one),
        file("/bills.pdf", bills.several),
        file("/accounts/{id}/statement.pdf", downloads.statement_pdf),
        file("/accounts/{id}/statement.{kind}", statement_files.file),
        Route("/accounts/{id}/readings", readings.readings, methods=["GET", "POST"]),
        Route("/accounts/{id}/readings/text", reading_texts.text, methods=["GET", "POST"]),
        Route("/accounts/{id}/readings/receipts/{number}", receipts.sheet),
        Route("/accounts/{id}/documents", documents.documents, methods=["GET", "POST"]),
        Route("/documents/{id}", either(documents.document, documents.handed)),
        Route("/accounts/{id}/readings/history", reading_history.overview),
        file("/accounts/{id}/readings/history.{kind}", reading_history.file),
        Route("/accounts/{id}/readings/history/{meter}", reading_history.meter),
        Route("/accounts/{id}/payments", payments.payments),
        file("/accounts/{id}/payments.{kind}", payments.file),
        Route("/accounts/{id}/settlements", settlements.settlements),
        file("/accounts/{id}/settlements.{kind}", settlements.settlements_file),
        Route("/accounts/{id}/movements", settlements.movements),
        file("/accounts/{id}/movements.{kind}", settlements.movements_file),
        Route("/accounts/{id}/reconciliation", settlements.reconciliation),
        file("/accounts/{id}/reconciliation.pdf", settlements.act),
        file("/accounts/{id}/reconciliation.{kind}", settlements.reconciliation_file),
        Route("/accounts/{id}/bill/mail", bills.mail, methods=["GET", "POST"]),
        Route("/accounts/{id}/certificates", certificates.certificates, methods=["GET", "POST"]),
        file("/accounts/{id}/certificates/{number}.pdf", certificates.paper),
        Route("/contracts/{id}", contracts.contract),
        Route("/contracts/{id}/why", contracts.why),
        file("/contracts/{id}/why.{kind}", why_files.of_contract),
        Route("/contracts/{id}/settlements", contract_settlements.settlements),
        file("/contracts/{id}/settlements.pdf", contract_entries.act),
        file("/contracts/{id}/settlements.{kind}", contract_settlements.settlements_file),
        file("/contracts/{id}/balance.{kind}", contract_settlements.balance_file),
        Route("/contracts/{id}/reconciliation", contract_settlements.reconciliation),
        file("/contracts/{id}/reconciliation.{kind}", contract_settlements.reconciliation_file),
        Route("/contracts/{id}/entries", contract_entries.entries),
        file("/contracts/{id}/entries.pdf", contract_entries.act),
        file("/contracts/{id}/entries.{kind}", contract_entries.file),
        Route("/contracts/{id}/payments", payments.of_contract),
        file("/contracts/{id}/payments.{kind}", payments.file_of_contract),
        Route("/contracts/{id}/movements", contract_settlements.movements),
        file("/contracts/{id}/movements.{kind}", contract_settlements.movements_file),
        file("/contracts/{id}/statement.pdf", downloads.contract_pdf),
        file("/contracts/{id}/statement.{kind}", downloads.contract_file),
    ]


def _staff() -> list[Route]:
    """For staff, and for the systems that share their addresses."""
    return [
        Route("/reports", data_reports.reports, methods=["GET", "POST"]),
        Route("/readings", judging.queue, methods=["GET", "POST"]),
        Route("/reading-rules/hook", reading_hook.reading_hook, methods=["GET", "POST"]),
        Route("/access", access.access, methods=["GET", "POST"]),
        Route("/reading-rules", reading_rules.reading_rules, methods=["GET", "POST"]),
        Route("/reading-rules/houses/{id}", reading_rules.house, methods=["GET", "POST"]),
        Route("/print-bills", printing.printing, methods=["GET", "POST"]),
        Route("/accounts/{id}/code", access.code_of_account, methods=["GET", "POST"]),
        Route("/contracts/{id}/code", access.code_of_contract, methods=["GET", "POST"]),
        Route("/imports", either(imports.imports, registers.imports), methods=["GET", "POST"]),
        Route("/imports/profile", imports.profile, methods=["GET", "POST"]),
        Route("/imports/{id}", either(imports.run, registers.run)),
        Route("/imports/{id}/approve", imports.approve, methods=["POST"]),
        Route("/imports/{id}/discard", imports.discard, methods=["GET", "POST"]),
        Route("/imports/{id}/undo", imports.undo, methods=["GET", "POST"]),
        Route("/imports/{id}/result.{kind}", either(imports.result, registers.result)),
        Route("/accounts/{id}/meters", meters.install, methods=["GET", "POST"]),
        Route("/houses/{id}", houses.house, methods=["GET", "POST"]),
        Route("/meters/{id}", meters.meter),
        Route("/meters/{id}/events", meters.record, methods=["GET", "POST"]),
        Route("/meters/{id}/events/{event}/withdraw", meters.withdraw, methods=["GET", "POST"]),
        Route("/meters/{id}/replace", meters.replace, methods=["GET", "POST"]),
        Route("/letters", letters.letters, methods=["GET", "POST"]),
        Route("/mailings", mailings.mailings),
        Route("/mailings/start", mailings.start, methods=["POST"]),
        Route("/mailings/pause", mailings.pause, methods=["POST"]),
        Route("/mailings/mode", mailings.mode, methods=["POST"]),
        Route("/bank-details", bank_details.bank_details, methods=["GET", "POST"]),
        Route("/paying-rules", paying_rules.paying_rules, methods=["GET", "POST"]),
        Route("/differences", differences.differences),
        Route("/differences.{kind}", differences.file),
        Route("/periods", periods.periods),
        Route("/periods/{period}/close", periods.close, methods=["GET", "POST"]),
        Route("/periods/{period}/reopen", periods.reopen, methods=["GET", "POST"]),
    ]


def _machines() -> list[Route]:
    """For systems alone."""
    return [
        Route("/documents", registers.door(documents.send), methods=["POST"]),
        Route("/uploads", registers.door(registers.send), methods=["POST"]),
        Route("/uploads/{sha256}", registers.door(registers.upload), methods=["GET", "HEAD", "PUT", "PATCH"]),
        Route("/theme.css", accents.theme),
        Route("/static/{name}", assets.asset),
        Route("/health/live", health.live),
        Route("/health/ready", health.ready),
        Route("/health/metrics", health.metrics),
        *graphql.routes,
    ]


def _demo() -> list[Route]:
    return [
        Route("/mailbox", mailbox.mailbox),
        Route("/mailbox/{name}.html", mailbox.html),
        Route("/mailbox/{name}.eml", mailbox.file),
        Route("/mailbox/{name}", mailbox.letter),
    ]


def either(page: Handler, system: registers.Handler) -> Handler:
    """One address for people and for systems: whoever sends a token is answered in JSON."""
    door = registers.door(system)

    async def answered(request: Request) -> Response:
        return await (door if registers.asks(request) else page)(request)

    return answered


def file(path: str, handler: Handler) -> Route:
    """A file to keep: people take it with their cookie, systems with a token; either finds in it what the viewer may see."""

    async def handed(request: Request, asking: Any, _slug: str) -> Response:
        request.scope["state"]["viewer"] = asking
        return await handler(request)

    return Route(path, either(handler, handed))
