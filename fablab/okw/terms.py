"""The words of Open Know-Where and ours: processes, materials, access. Knows no model."""

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from fablab.processes import PROCESSES

WIKI = "https://en.wikipedia.org/wiki/"
ACCESS = {
    "restricted": "request",
    "restricted with public hours": "request",
    "shared space": "members",
    "membership": "members",
    "members": "members",
    "public": "public",
    "by request": "request",
    "request": "request",
}
"""Theirs, in small letters -> ours."""
ACCESS_OUT = {"public": "Public", "members": "Membership", "request": "Restricted"}
MATERIALS = {
    "pla": "Polylactic_acid",
    "abs": "Acrylonitrile_butadiene_styrene",
    "asa": "Acrylonitrile_styrene_acrylate",
    "pet": "Polyethylene_terephthalate",
    "petg": "Polyethylene_terephthalate",
    "tpu": "Thermoplastic_polyurethane",
    "nylon": "Nylon",
    "pa": "Nylon",
    "pc": "Polycarbonate",
    "polycarbonate": "Polycarbonate",
    "pp": "Polypropylene",
    "hdpe": "High-density_polyethylene",
    "pvc": "Polyvinyl_chloride",
    "resin": "Resin",
    "acrylic": "Acrylic",
    "pmma": "Acrylic",
    "mdf": "Medium-density_fibreboard",
    "plywood": "Plywood",
    "cardboard": "Cardboard",
    "paper": "Paper",
    "leather": "Leather",
    "steel": "Steel",
    "aluminium": "Aluminium",
    "copper": "Copper",
    "pcb": "Printed_circuit_board",
    "textile": "Textile",
}
"""What stocks are called -> the article of Wikipedia by which the standard names the material."""
_WORDS = {
    "material-extrusion": "fused filament fabrication; fused deposition modeling; fdm; fff; 3d printing; 3d printer; "
    "three d printing; additive manufacturing; impression 3d; material extrusion; filament printer",
    "vat-photopolymerisation": "stereolithography; sla printer; resin printer; digital light processing; vat; "
    "photopolymer; vat photopolymerization; vat photopolymerisation",
    "powder-bed-fusion": "selective laser sintering; sls; selective laser melting; powder bed fusion; multi jet fusion",
    "binder-jetting": "binder jet 3d printing; binder jetting; powder bed and inkjet head 3d printing",
    "material-jetting": "material jetting; polyjet",
    "directed-energy-deposition": "directed energy deposition; electron beam freeform fabrication",
    "sheet-lamination": "laminated object manufacturing; sheet lamination",
    "precision-milling": "precision milling; mini mill; monofab; circuit milling; printed circuit board milling",
    "laser-cutting": "laser cutting; laser cutter; laser engraving; laser; decoupe laser",
    "cnc-milling": "milling; milling machining; cnc milling; cnc router; cnc; milling machine; numerical control; "
    "fraisage; wood router; shopbot; router woodworking",
    "turning": "turning; lathe; metal lathe; metalworking lathe; wood lathe; woodturning; tournage",
    "vinyl-cutting": "vinyl cutter; vinyl cutting; decoupe vinyle; plotter; cutting plotter",
    "electronics": "printed circuit board; electronics; circuit production; soldering; soldering station; "
    "oscilloscope; polychlorinated biphenyl; pick and place; surface mount technology; electronique",
    "embroidery": "machine embroidery; embroidery; embroidery machine; broderie",
    "sewing": "sewing machine; sewing; textile; overlock; knitting machine; couture; weaving; loom",
    "casting": "molding process; moulding; casting; injection moulding; injection molding; silicone moulding",
    "thermoforming": "thermoforming; vacuum forming; vacuum former",
    "sheet-metal": "sheet metal; bending metalworking; press brake; punching; guillotine; metal brake",
    "welding": "welding; gas metal arc welding; gas tungsten arc welding; soudure",
    "woodworking": "woodworking; table saw; band saw; bandsaw; planer; mitre saw; jigsaw; sander; menuiserie; "
    "drill press",
    "water-jet": "water jet cutter; water jet; waterjet",
    "plasma-cutting": "plasma cutting; plasma cutter",
    "scanning": "3d scanning; 3d scanner; scanner 3d",
}
_BY_WORD = {word.strip(): key for key, words in _WORDS.items() for word in words.split(";")}
_BY_WORD |= {key.replace("-", " "): key for key in PROCESSES if key != "other"}
_BY_WORD |= {"three d printing": "material-extrusion"}


def fold(name: str) -> str:
    """A field's name as it is looked up: camelCase, snake_case and words alike."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def term(text: str) -> str:
    """What an address of Wikipedia, or a word, names: plain small letters with single spaces."""
    if "://" in text:
        text = unquote(urlsplit(text).path.rstrip("/").rpartition("/")[2])
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


def process_of(*texts: str) -> str:
    """Our slug for the first of these that names a process, or nothing."""
    terms = [term(text) for text in texts if text]
    for one in terms:
        if one in _BY_WORD:
            return _BY_WORD[one]
    for one in terms:
        if found := next((key for word, key in _BY_WORD.items() if f" {word} " in f" {one} "), ""):
            return found
    return ""


def process_address(process: str) -> str:
    """The Wikipedia address by which the standard names a process, or nothing."""
    known = PROCESSES.get(process)
    return known.okw if known else ""


def material_address(name: str) -> str:
    """The Wikipedia address of a material, or the name itself where we know none."""
    article = MATERIALS.get(term(name)) or next(
        (MATERIALS[word] for word in term(name).split() if word in MATERIALS), ""
    )
    return WIKI + article if article else name


def material_name(text: str) -> str:
    """Ours for a material's address: "PLA"; else its words."""
    article = unquote(urlsplit(text).path).rpartition("/")[2] if "://" in text else ""
    if article == "Polychlorinated_biphenyl":
        return "PCB"
    known = next((name for name, one in MATERIALS.items() if one == article), "")
    if known:
        return known.upper() if len(known) <= 4 and known not in {"pc"} else known.capitalize()
    return article.replace("_", " ") or text
