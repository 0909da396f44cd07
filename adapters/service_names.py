"""Names of services that every register has, in the reader's language."""

from adapters.texts import gettext

# In Russian, as registers print them; any other name is shown as it is printed.
SERVICES = {
    "холодная вода": lambda: gettext("Cold water"),
    "горячая вода": lambda: gettext("Hot water"),
    "канализация": lambda: gettext("Sewerage"),
    "водоотведение": lambda: gettext("Wastewater disposal"),
    "вода": lambda: gettext("Water"),
    "холодное водоснабжение": lambda: gettext("Cold water supply"),
    "горячее водоснабжение": lambda: gettext("Hot water supply"),
    "компонент на холодную воду": lambda: gettext("Component of cold water"),
    "компонент на тепловую энергию": lambda: gettext("Component of heat"),
    "отопление": lambda: gettext("Heating"),
    "электроснабжение": lambda: gettext("Electricity supply"),
    "содержание жилья": lambda: gettext("Maintenance of the house"),
    "ремонт жилья": lambda: gettext("Repairs of the house"),
    "текущий ремонт": lambda: gettext("Current repairs"),
    "капитальный ремонт": lambda: gettext("Capital repairs"),
    "найм жилья": lambda: gettext("Rent of the flat"),
}


def service(name: str) -> str:
    """A service in the reader's language where its name is a usual one, else as the supplier prints it."""
    known = SERVICES.get(name.strip().casefold())
    return known() if known else name
