"""A strict reader of pages: what a person with a screen reader, an old browser or a fragment swap would stumble over."""

import itertools

import html5lib

HTML = "{http://www.w3.org/1999/xhtml}"
FIELDS = ("input", "select", "textarea")


class Page:
    """Parsed without mercy: any error of HTML raises. `problems()` says what is wrong with the page beyond that."""

    def __init__(self, html: str, *, fragment: bool = False) -> None:
        parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), strict=True)
        self.root = parser.parseFragment(html) if fragment else parser.parse(html)
        self.all = [element for element in self.root.iter() if isinstance(element.tag, str)]

    def named(self, *tags: str) -> list:
        return [element for element in self.all if element.tag.removeprefix(HTML) in tags]

    def having(self, attribute: str) -> list:
        return [element for element in self.all if attribute in element.attrib]

    def by_id(self, identity: str):
        found = [element for element in self.all if element.get("id") == identity]
        return found[0] if found else None

    def text(self, element=None) -> str:
        return " ".join("".join((self.root if element is None else element).itertext()).split())

    @property
    def heading(self) -> str:
        return self.text(self.named("h1")[0])

    def value(self, name: str) -> str:
        """The value of the field of this name."""
        return next(field.get("value", "") for field in self.named("input") if field.get("name") == name)

    def fields(self, form_action_ends: str) -> dict[str, str]:
        """What a browser would send of the form with this address, as it stands."""
        form = next(form for form in self.named("form") if form.get("action", "").endswith(form_action_ends) and form.get("method") == "post")
        chosen = [field for field in form.iter() if field.tag == f"{HTML}input" and (field.get("type") != "radio" or field.get("checked") is not None)]
        return {field.get("name"): field.get("value", "") for field in chosen if field.get("type") != "checkbox"}

    def problems(self) -> list[str]:
        return [*self._structure(), *self._ids(), *self._names(), *self._policy()]

    def _structure(self):
        if len(self.named("h1")) != 1:
            yield f"{len(self.named('h1'))} h1"
        titles = self.named("title")
        if not titles or not self.text(titles[0]).split(" · ")[0]:
            yield "no title"
        if not self.named("html")[0].get("lang"):
            yield "no language"
        if len(self.named("main")) != 1:
            yield "not one main"
        levels = [int(heading.tag[-1]) for heading in self.named("h1", "h2", "h3", "h4")]
        yield from (f"h{one} is followed by h{next_}" for one, next_ in itertools.pairwise(levels) if next_ > one + 1)

    def _ids(self):
        ids = [element.get("id") for element in self.having("id")]
        yield from (f"id {one} twice" for one in sorted(set(ids)) if ids.count(one) > 1)
        for attribute in ("aria-describedby", "aria-labelledby", "for"):
            for element in self.having(attribute):
                yield from (f"{attribute} {one} leads nowhere" for one in element.get(attribute).split() if one not in ids)
        for element in self.having("hx-target"):
            if element.get("hx-target").removeprefix("#") not in ids:
                yield f"hx-target {element.get('hx-target')} is not here"
        for link in self.named("a"):
            if link.get("href", "").startswith("#") and link.get("href")[1:] not in ids:
                yield f"link {link.get('href')} leads nowhere"

    def _names(self):
        labels = {label.get("for") for label in self.named("label")}
        for field in self.named(*FIELDS):
            if field.get("type") != "hidden" and field.get("id") not in labels:
                yield f"field {field.get('name')} has no label"
        for element in self.named("button", "a"):
            if not (self.text(element) or element.get("aria-label") or element.get("aria-hidden") == "true"):
                yield f"{element.tag} without words"
        for image in self.named("svg", "{http://www.w3.org/2000/svg}svg"):
            if image.get("aria-hidden") != "true" and not image.get("aria-label"):
                yield "a picture without words"

    def _policy(self):
        """What the content security policy would block."""
        yield from (f"style attribute on {element.tag}" for element in self.having("style"))
        yield from (f"{name} on {element.tag}" for element in self.all for name in element.attrib if name.startswith("on"))
        yield from ("inline script" for script in self.named("script") if not script.get("src"))
        yield from ("inline style" for _ in self.named("style"))
