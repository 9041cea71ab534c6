"""A small county, free of problems; tests change one list at a time."""

from pathlib import Path
from typing import Any

from services.assignment.directory import Directory, Holder

Rows = list[dict[str, Any]]

AUTHORITY: dict[str, Any] = {
    "code": "county",
    "name": "某县",
    "name_en": "A county",
    "backstop_unit": "petition",
    "issuer": "某县督查室",
}
UNITS: Rows = [
    {"code": "county", "name": "县政府", "kind": "county", "post": "magistrate"},
    {"code": "petition", "name": "信访局", "kind": "office", "parent": "county", "post": "petition.head"},
    {"code": "water", "name": "水利局", "kind": "department", "parent": "county", "post": "water.head"},
    {"code": "river_town", "name": "河口镇", "kind": "town", "parent": "county", "post": "river_town.head"},
]
POSTS: Rows = [
    {"code": "magistrate", "title": "县长", "unit": "county", "tier": "county_leader"},
    {"code": "petition.head", "title": "局长", "unit": "petition", "tier": "department"},
    {"code": "water.head", "title": "局长", "unit": "water", "tier": "department"},
    {"code": "river_town.head", "title": "镇长", "unit": "river_town", "tier": "town"},
]
CATEGORIES: Rows = [
    {"code": "water", "name": "供水"},
    {"code": "water.quality", "name": "水质", "parent": "water"},
    {"code": "road", "name": "道路"},
]
PLACES: Rows = [
    {"code": "county", "name": "某县", "unit": "county"},
    {"code": "river", "name": "河口镇", "aliases": ["河口"], "unit": "river_town"},
]
ROUTES: Rows = [
    {"category": "water", "unit": "water"},
    {"category": "water.quality", "place": "river", "unit": "river_town", "post": "magistrate"},
    {"place": "river", "unit": "river_town"},
]
WORDS: Rows = [
    {"field": "category", "value": "water", "word": "停水", "weight": 2},
    {"field": "category", "value": "water.quality", "word": "浑浊", "weight": 2},
    {"field": "category", "value": "road", "word": "坑洼", "weight": 3},
    {"field": "support", "value": "road", "word": "路面", "weight": 5},
    {"field": "kind", "value": "complaint", "word": "投诉", "weight": 3},
    {"field": "kind", "value": "consultation", "word": "请问", "weight": 3},
    {"field": "urgency", "value": "urgent", "word": "漏气", "weight": 2},
]
HOLDERS: Rows = [
    {"post": "magistrate", "person": "甲某", "from": "2020-01-01", "to": "2021-03-01"},
    {"post": "magistrate", "person": "乙某", "from": "2021-03-01"},
]

FILES = {
    "authority.yaml": "code: county\nname: 某县\nname_en: A county\nbackstop_unit: petition\n"
    "issuer: 督查室\n",
    "units.csv": "code,name,kind,parent,party_committee,post\n"
    "county,县政府,county,,,magistrate\npetition,信访局,office,county,,magistrate\n",
    "posts.csv": "code,title,unit,tier\nmagistrate,县长,county,county_leader\n",
    "holders.csv": "post,person,from,to\nmagistrate,甲某,2020-01-01,\n",
    "categories.csv": "code,name,parent\nwater,供水,\n",
    "places.csv": "code,name,aliases,unit\nriver,河口镇,河口|河口街,county\n",
    "routes.csv": "category,place,unit,post\nwater,,county,\n,river,county,\n",
    "lexicon.csv": "field,value,word,weight\ncategory,water,停水,2\n",
}


def county(**lists: Any) -> Directory:
    """The county, with the lists named replaced."""
    whole = {
        "authority": AUTHORITY,
        "units": UNITS,
        "posts": POSTS,
        "holders": HOLDERS,
        "categories": CATEGORIES,
        "places": PLACES,
        "routes": ROUTES,
        "words": WORDS,
    }
    return Directory.model_validate(whole | lists)


def holder(post: str, since: str, until: str | None = None) -> Holder:
    """An unnamed holder of a post."""
    return Holder.model_validate({"post": post, "person": "某人", "from": since, "to": until})


def written(folder: Path, **changed: str | bytes | None) -> Path:
    """The files of a smaller county in `folder`; `units="…"` replaces units.csv, None leaves it out."""
    for name, text in FILES.items():
        content = changed.get(name.split(".")[0], text)
        if content is not None:
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
