"""Two years of charges: drawn, as a table and as a file, the same figures as the statement's."""

from models import Service


async def test_the_page_and_its_file_say_what_the_statement_says(aigul, site):
    await Service.filter(name="Холодная вода").update(name="=Холодная вода")
    page = await aigul.page(f"/accounts/{site.account}/charged")
    assert page.problems() == []
    text = page.text()
    for shown in ("май 2020", "180,84", "=Холодная вода"):
        assert shown in text, shown
    answer = await aigul.get(f"/accounts/{site.account}/charged.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[-1] == "05.2020;Всего;;;180,84;KZT"
    assert any(line.startswith("05.2020;'=Холодная вода;") for line in lines), lines
    assert "no-store" in answer.headers["cache-control"]


async def test_nobody_else_finds_it(firma, site):
    for path in ("charged", "charged.csv"):
        assert (await firma.get(f"/accounts/{site.account}/{path}")).status_code == 404
