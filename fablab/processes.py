"""What machines do: our slug for each process, its name, and what others call it. Knows no model."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Process:
    """`kernel` is the process by which the kernel judges (see designs.mesh.limits), or nothing.

    `design` is the process by which designs name it, `okw` its Wikipedia address in Open Know-Where, `capability`
    its word on fablabs.io. Additive processes are ISO/ASTM 52900's seven categories.
    """

    key: str
    name: Promise
    kernel: str = ""
    design: str = ""
    okw: str = ""
    capability: str = ""


_WIKI = "https://en.wikipedia.org/wiki/"
PROCESSES: dict[str, Process] = {
    one.key: one
    for one in (
        Process("material-extrusion", _("3D print: filament (FDM)"), "fdm", "material-extrusion",
                _WIKI + "Fused_filament_fabrication", "three_d_printing"),
        Process("vat-photopolymerisation", _("3D print: resin"), "sla", "vat-photopolymerisation",
                _WIKI + "Stereolithography", "three_d_printing"),
        Process("powder-bed-fusion", _("3D print: powder"), "sls", "powder-bed-fusion",
                _WIKI + "Selective_laser_sintering", "three_d_printing"),
        Process("binder-jetting", _("3D print: binder jetting"), "", "powder-bed-fusion",
                _WIKI + "Binder_jet_3D_printing", "three_d_printing"),
        Process("material-jetting", _("3D print: material jetting"), "", "",
                _WIKI + "Material_jetting", "three_d_printing"),
        Process("directed-energy-deposition", _("3D print: directed energy"), "", "",
                _WIKI + "Directed_energy_deposition", "three_d_printing"),
        Process("sheet-lamination", _("3D print: sheet lamination"), "", "",
                _WIKI + "Laminated_object_manufacturing", "three_d_printing"),
        Process("laser-cutting", _("Laser cutting"), "laser", "laser-cutting", _WIKI + "Laser_cutting", "laser"),
        Process("cnc-milling", _("CNC milling"), "cnc", "cnc-milling", _WIKI + "Milling_(machining)", "cnc_milling"),
        Process("precision-milling", _("Precision milling"), "cnc", "cnc-milling",
                _WIKI + "Milling_(machining)", "precision_milling"),
        Process("turning", _("Turning"), "", "turning", _WIKI + "Turning"),
        Process("vinyl-cutting", _("Vinyl cutting"), "", "other", _WIKI + "Vinyl_cutter", "vinyl_cutting"),
        Process("electronics", _("Electronics and PCB"), "", "electronics",
                _WIKI + "Printed_circuit_board", "circuit_production"),
        Process("sewing", _("Sewing and textile"), "", "sewing", _WIKI + "Sewing_machine"),
        Process("embroidery", _("Embroidery"), "", "sewing", _WIKI + "Machine_embroidery"),
        Process("casting", _("Moulding and casting"), "", "casting", _WIKI + "Molding_(process)"),
        Process("thermoforming", _("Thermoforming"), "", "casting", _WIKI + "Thermoforming"),
        Process("sheet-metal", _("Sheet metal"), "", "sheet-metal", _WIKI + "Sheet_metal"),
        Process("welding", _("Welding"), "", "sheet-metal", _WIKI + "Welding"),
        Process("woodworking", _("Woodworking"), "", "woodworking", _WIKI + "Woodworking"),
        Process("water-jet", _("Water jet cutting"), "", "other", _WIKI + "Water_jet_cutter"),
        Process("plasma-cutting", _("Plasma cutting"), "", "sheet-metal", _WIKI + "Plasma_cutting"),
        Process("scanning", _("3D scanning"), "", "other", _WIKI + "3D_scanning"),
        Process("other", _("Something else"), "", "other"),
    )
}  # fmt: skip
CHOICES = [(one.key, one.name) for one in PROCESSES.values()]
