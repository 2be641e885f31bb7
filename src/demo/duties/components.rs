//! The 33 component items (部件类): things that stand in the street and have an owner.

use super::List::{Convenience, Governance, Party};
use super::{Class, item};

/// In the order of their class codes; the minor numbers are those in use, with the gaps they have.
pub const CLASSES: &[Class] = &[
    Class {
        name: "公用设施",
        department: "SZGC",
        list: Governance,
        handle: "1d",
        merge: (15, "7d"),
        items: &[
            item(1, "上水井盖", "Water manhole cover").by("GSGS").cover(),
            item(2, "污水井盖", "Sewage manhole cover").by("PSGS").cover(),
            item(3, "雨水井盖", "Storm drain cover").by("PSGS").cover(),
            item(4, "雨水箅子", "Drain grate").by("PSGS").cover(),
            item(5, "电力井盖", "Power manhole cover").by("GDGS").cover(),
            item(6, "路灯井盖", "Street lamp manhole cover").cover(),
            item(7, "电信井盖", "Telecom manhole cover").by("TXGS").cover(),
            item(8, "有线电视井盖", "Cable television manhole cover").by("GDWL").cover(),
            item(9, "网络井盖", "Network manhole cover").by("TXGS").cover(),
            item(10, "热力井盖", "Heating manhole cover").by("RLGS").cover(),
            item(11, "燃气井盖", "Gas manhole cover").by("RQGS").cover(),
            item(12, "公安井盖", "Police manhole cover").by("GAJ").cover(),
            item(13, "消防设施", "Fire facility").by("XFDD").handle("4H").urgent(),
            item(14, "无主井盖", "Ownerless manhole cover").cover(),
            item(15, "电信交接箱", "Telecom cabinet").by("TXGS").handle("3d"),
            item(16, "电力设施", "Power facility").by("GDGS").merge(25, "7d"),
            item(17, "电杆", "Utility pole").by("GDGS"),
            item(18, "路灯", "Street lamp").on(Convenience).merge(20, "7d"),
            item(26, "健身设施", "Fitness equipment").by("WTZX").on(Convenience).handle("5d").merge(30, "15d"),
        ],
    },
    Class {
        name: "道路交通",
        department: "JJDD",
        list: Governance,
        handle: "2d",
        merge: (25, "7d"),
        items: &[
            item(3, "公交站亭", "Bus shelter").by("JTJ").on(Convenience).handle("3d").merge(30, "7d"),
            item(9, "交通标志牌", "Traffic sign"),
            item(11, "护栏", "Barrier").merge(40, "7d"),
            item(13, "路名牌", "Street name plate").by("MZJ").on(Convenience).handle("5d"),
            item(14, "信号灯", "Traffic signal").handle("4H").urgent().merge(60, "24H"),
        ],
    },
    Class {
        name: "市容环境",
        department: "HWJ",
        list: Convenience,
        handle: "1d",
        merge: (20, "48H"),
        items: &[
            // The worked case of the source text: a crack in a toilet's wall, signed for after a day and mended after two.
            item(1, "公共厕所", "Public toilet").sign("2d").handle("2d").merge(30, "7d"),
            item(2, "化粪池", "Septic tank"),
            item(4, "垃圾间", "Refuse room"),
            item(5, "垃圾箱", "Litter bin"),
            item(7, "广告牌匾", "Billboard").by("CGJ").on(Governance).handle("3d").merge(20, "7d"),
        ],
    },
    Class {
        name: "园林绿化",
        department: "YLJ",
        list: Convenience,
        handle: "5d",
        merge: (25, "15d"),
        items: &[
            item(2, "行道树", "Street tree"),
            item(5, "绿地", "Green space").merge(60, "15d"),
            item(9, "绿地维护设施", "Green space equipment"),
        ],
    },
    Class {
        name: "其他部件",
        department: "SQ",
        list: Party,
        handle: "5d",
        merge: (20, "15d"),
        items: &[item(1, "宣传栏", "Notice board")],
    },
];
