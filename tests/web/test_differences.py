"""The report of differences between registers, for staff: on a page and as a file."""

import pytest

from models import Charge, Statement


async def test_what_a_month_s_registers_say_of_each_other(operator, site):
    page = await operator.page("/differences?period=2020-05")
    assert page.problems() == []
    text = page.text()
    for shown in ("02015213", "Строка сама не сходится: остаток на конец", "−460,21", "−460,22", "0,01"):
        assert shown in text.replace("\u00a0", " "), shown
    [row] = [page.text(row) for row in page.named("tr") if "Строка сама" in page.text(row)]
    assert "—" not in row
    lines = (await operator.get("/differences.csv?period=2020-05")).content.decode("utf-8-sig").splitlines()
    assert "02015213;Строка сама не сходится: остаток на конец;;-460,21;-460,22;0,01" in lines, lines
    assert "Май 2020" in (await operator.get("/differences")).text
    await Statement.filter(period="2020-05-01").update(charged=0)
    text = (await operator.page("/differences?period=2020-05")).text()
    assert "Начислено: балансы и начисления расходятся" in text
    answer = await operator.get("/differences.csv?period=2020-05")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Лицевой счёт;Что расходится;")
    assert "02015213;Начислено: балансы и начисления расходятся;;0,00;180,84;-180,84" in lines, lines


async def test_only_its_staff_see_it(aigul, site):
    for path in ("/differences", "/differences?period=2020-05", "/differences.csv?period=2020-05"):
        assert (await aigul.get(path)).status_code == 404
    assert (await aigul.get("/differences.csv?period=2020-13")).status_code == 400


@pytest.mark.parametrize(("moved", "said", "cell"), [(1_500_000, "+1,500 м³", "1,5"), (-500_000, "−0,500 м³", "-0,5")])
async def test_a_difference_of_volumes_says_by_how_much(operator, site, moved: int, said: str, cell: str):
    charge = await Charge.filter(account__number="02015213", period="2020-05-01", quantity__isnull=False, basis="reading").order_by("id").first()
    assert charge is not None
    await Charge.filter(id=charge.id).update(quantity=charge.quantity + moved)
    page = await operator.page("/differences?period=2020-05")
    [row] = [page.text(row).replace("\u00a0", " ") for row in page.named("tr") if "показания говорят другое" in page.text(row).casefold()]
    assert said in row
    lines = (await operator.get("/differences.csv?period=2020-05")).content.decode("utf-8-sig").splitlines()
    [line] = [line for line in lines if "оказани" in line and line.startswith("0201")]
    assert line.split(";")[-1] == cell
