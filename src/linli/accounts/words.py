"""What the codes of rows are called on these pages."""

from django.utils.translation import gettext as _

from linli.accounts.models import DoorClaim, FamilyHelp, Readmission


def relation_words() -> dict[str, str]:
    """Who one is to a door."""
    relations = DoorClaim.Relation
    return {relations.OWNER: _("业主"), relations.FAMILY: _("家人"), relations.TENANT: _("租户")}


def kin_words() -> dict[str, str]:
    """Who a helper is to the one who is helped."""
    kin = FamilyHelp.Kin
    return {kin.CHILD: _("子女"), kin.RELATIVE: _("亲戚"), kin.FRIEND: _("朋友、邻居")}


def basis_words() -> dict[str, str]:
    """How the office knew that it is they who ask to come in anew."""
    basis = Readmission.Basis
    return {basis.MET: _("当面认得"), basis.PAPERS: _("看了证件"), basis.VISIT: _("上门核对")}


def role_words() -> dict[str, str]:
    """What a role may do, in a word; its title is the community's own."""
    return {
        "secretary": _("书记"),
        "director": _("主任"),
        "clerk": _("工作人员"),
        "building_leader": _("楼栋长"),
        "supervisor": _("居务监督员"),
    }


def body_words() -> dict[str, str]:
    """What an organisation is."""
    return {
        "party_committee": _("社区党委"),
        "residents_committee": _("居民委员会"),
        "supervision_committee": _("居务监督委员会"),
        "self_management_committee": _("小区自管委员会"),
        "preparatory_group": _("筹备小组"),
        "partner_organisation": _("共建单位"),
        "department": _("部门"),
    }


def purpose_words() -> dict[str, str]:
    """What somebody's data may be opened for."""
    return {
        "contact": _("联系本人"),
        "verify": _("核对身份"),
        "emergency": _("紧急情况"),
        "deliver": _("发送消息"),
    }


def field_words() -> dict[str, str]:
    """What was opened."""
    return {"phone": _("手机号")}


def device_words(device: str) -> str:
    """A kind of phone or computer, as its owner would call it."""
    systems = {
        "iphone": _("苹果手机"),
        "ipad": _("苹果平板"),
        "harmony": _("鸿蒙手机"),
        "android": _("安卓手机"),
        "windows": _("Windows电脑"),
        "mac": _("苹果电脑"),
        "linux": _("Linux电脑"),
    }
    system, _space, inside = device.partition(" ")
    name = systems.get(system, _("别的设备"))
    return _("%(device)s，在微信里") % {"device": name} if inside else name
