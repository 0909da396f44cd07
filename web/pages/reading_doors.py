"""The form of readings behind either door, the cabinet's and a letter's link: looked at, sent, or gone back from."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web import protection
from web.answers import answer, ask
from web.pages.accounts import ours
from web.sendings import Form, Said, Sending
from web.sessions import viewer
from web.texts import filled, text_of

SENT, FORM = "sent", "form"
DONE = "SubmitReadingsDone"


@dataclass(frozen=True, slots=True)
class Door:
    """Of one account; `link` is the token of a letter and `as_viewer` whom it lets in, none of both in the cabinet."""

    request: Request
    identity: str
    link: str = ""
    as_viewer: Any = None

    async def shown(self, *, sent: bool) -> Response:
        account = await self._account(self.request.query_params.get(FORM) if sent else None)
        return await self._page(account, Form.of(account, sent=sent).with_typed({} if self.link else dict(self.request.query_params)))

    async def posted(self, fields: dict[str, str]) -> Response:
        """Sends, or only looks (`check`: a row, or all), or goes back (`cancel`); what is refused or asked is 422."""
        sending = Sending(fields)
        if "check" in fields:
            return await self._looked(sending, fields["check"])
        if "cancel" in fields:
            account = await self._account(sending.form)
            return await self._page(account, Form.cancelling(account, sending))
        result = await self._submit(sending)
        if result.typename == DONE:
            return await self._done(sending.form)
        account = await self._account(sending.form)
        return await self._page(account, Form.after(account, sending, result), 422)

    async def read(self, fields: dict[str, str]) -> Response:
        """The form filled from the line in which everything may be written; what is asked back or not understood is 422. Nothing is sent."""
        given = {"account": self.identity, "text": text_of(fields)}
        result = (await ask(self.request, "readings/parse", as_viewer=self.as_viewer, input=given)).parseReadings
        account = await self._account(Sending(fields).form)
        shown = Form.of(account)
        said = filled(shown, fields, result)
        return await self._page(account, shown, 200 if said.is_clear else 422, text=said)

    async def _looked(self, sending: Sending, which: str) -> Response:
        """What the values are understood as; nothing is written. Of one row the answer is what stands below its field."""
        result = await self._submit(sending, look=True)
        if not which.isascii() or not which.isdigit():
            account = await self._account(sending.form)
            return await self._page(account, Form.after(account, sending, result), 200 if result.typename == DONE else 422)
        row = int(which[:3])
        said = Said.of(sending, row, result)
        if result.typename == "Rejected" and row in sending.kept and not said.problems:  # what is wrong with others hides how this one was read
            alone = sending.alone(row)
            said = Said.of(alone, row, await self._submit(alone, look=True))
        return answer(self.request, "readings/said.html", said=said)

    async def _done(self, form_token: str | None) -> Response:
        """A browser without JavaScript is sent to the page, so that reloading sends nothing again. A form in its grace goes on, with its receipts."""
        account = await self._account(form_token)
        if self.request.headers.get("hx-request") != "true":
            same = account.readingForm is not None and account.readingForm.token == form_token
            query = {**({"token": self.link} if self.link else {}), SENT: 1, **({FORM: form_token} if same else {})}
            return RedirectResponse(f"{self.request.url.path}?{urlencode(query)}", 303)
        return await self._page(account, Form.of(account, sent=True))

    async def _submit(self, sending: Sending, *, look: bool = False) -> Any:
        given = {**sending.input(self.identity), "validateOnly": look}
        return (await ask(self.request, "readings/submit", as_viewer=self.as_viewer, input=given)).submitReadings

    async def _account(self, form_token: str | None = None) -> Any:
        """With the form that was opened before, as long as it is good; else with a new one."""
        found = await ask(self.request, "readings/index", as_viewer=self.as_viewer, id=self.identity, form=form_token)
        return ours(self.request, found.account)

    async def _page(self, account: Any, shown: Form, status: int = 200, **more: Any) -> Response:
        base = self.request.scope["root_path"]
        shown.action = f"{base}/readings-link" if self.link else f"{base}/accounts/{account.id}/readings"
        owner = protection.mark((self.as_viewer or await viewer(self.request)).actor)
        return answer(self.request, "readings/index.html", status, account=account, form=shown, owner=owner, link=self.link, **more)
