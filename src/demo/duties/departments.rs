//! `geodata/departments.toml`: the 39 departments that lend people to the street.

use std::fmt::Write as _;

/// Code, Chinese name, English name. The first is the street office's own, which takes what nobody else is named for.
pub const DEPARTMENTS: [(&str, &str, &str); 39] = [
    ("WGZX", "工业街道网格化服务管理中心", "Gongye Subdistrict Grid Centre"),
    ("HWJ", "环卫局", "Sanitation Bureau"),
    ("CGJ", "城管局", "Urban Management Bureau"),
    ("GSGS", "供水公司", "Water Supply Company"),
    ("PSGS", "排水公司", "Drainage Company"),
    ("GDGS", "供电公司", "Power Supply Company"),
    ("SZGC", "市政工程处", "Municipal Works Office"),
    ("TXGS", "通信公司", "Telecommunications Company"),
    ("GDWL", "广电网络公司", "Cable Television Company"),
    ("RLGS", "热力公司", "Heating Company"),
    ("RQGS", "燃气公司", "Gas Company"),
    ("GAJ", "公安局", "Public Security Bureau"),
    ("XFDD", "消防救援大队", "Fire and Rescue Brigade"),
    ("WTZX", "文体中心", "Culture and Sports Centre"),
    ("WLJ", "文旅局", "Culture and Tourism Bureau"),
    ("JTJ", "交通运输局", "Transport Bureau"),
    ("JJDD", "交警大队", "Traffic Police Brigade"),
    ("MZJ", "民政局", "Civil Affairs Bureau"),
    ("YLJ", "园林局", "Parks and Gardens Bureau"),
    ("SWJ", "水务局", "Water Affairs Bureau"),
    ("ZJJ", "住建局", "Housing and Construction Bureau"),
    ("YJJ", "应急管理局", "Emergency Management Bureau"),
    ("SFJ", "司法局", "Justice Bureau"),
    ("RSJ", "人社局", "Human Resources and Social Security Bureau"),
    ("SJJ", "市监局", "Market Supervision Bureau"),
    ("WJW", "卫健委", "Health Commission"),
    ("JYJ", "教育局", "Education Bureau"),
    ("SQ", "社区居委会", "Community Committees"),
    ("GLJ", "公路管理局", "Highway Administration"),
    ("GYC", "公园管理处", "Park Administration"),
    ("STJ", "生态环境分局", "Ecology and Environment Branch"),
    ("ZRJ", "自然资源局", "Natural Resources Bureau"),
    ("NMJ", "农牧局", "Agriculture and Animal Husbandry Bureau"),
    ("XFJ", "信访局", "Petitions Bureau"),
    ("CL", "残联", "Disabled Persons' Federation"),
    ("FL", "妇联", "Women's Federation"),
    ("TYJ", "退役军人事务局", "Veterans Affairs Bureau"),
    ("YBJ", "医保局", "Medical Insurance Bureau"),
    ("ZZB", "组织部", "Organisation Department"),
];

pub fn toml() -> String {
    let mut text = String::from(
        "# Synthetic demo data (合成演示数据). Who is in charge of what is a proposal; the telephone numbers are nobody's.\n",
    );
    for (at, (code, name, name_en)) in DEPARTMENTS.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n[[department]]\ncode = \"{code}\"\nname = \"{name}\"\nname_en = \"{name_en}\"\nphone = \"0477-555-{:04}\"\n",
            101 + at
        );
    }
    text
}
