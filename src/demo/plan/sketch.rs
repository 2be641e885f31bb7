//! The planner's sketch of the town: which block belongs to which grid, what stands on it, how the streets are called.
//!
//! Every name is invented but those of the three communities that the source text mentions; the town's outline,
//! its streets and its people are nobody's.

use super::Way;

pub const COLUMNS: usize = 10;
pub const ROWS: usize = 7;

/// The grid of each block by its letter, north first; `.` lies outside the street. `S` stands twice: an exclave.
/// `N` is not here: it lies within a block of `M`.
pub const GRID_OF_BLOCK: [&str; ROWS] = [
    ".AABBHHI..", //
    "AACCBHIIJJ",
    "DDCEEKKLJM",
    ".DFFEGKLMM",
    "VVWWXOOPS.",
    "VYYWXXPPQR",
    ".YabbZSTUR",
];

/// What stands on each block, in the same order.
///
/// `e` estate, `b` bungalows, `c` commerce, `s` school, `h` hospital, `w` works, `p` park, `o` nursery gardens.
pub const USE_OF_BLOCK: [&str; ROWS] = [
    ".bbeeese..", //
    "bbeeceeebb",
    "bbeeepeebo",
    ".beheceebb",
    "bbeeeeeew.",
    "obbseecceb",
    ".beeeeweeb",
];

/// The block in which the inset grid lies, as column and row from the south-west.
pub const INSET: (usize, usize) = (8, 3);
pub const INSET_GRID: char = 'N';

/// Where the streets would run if the town were flat paper: metres east of the middle.
pub const EAST_M: [f64; COLUMNS + 1] =
    [-1880.0, -1490.0, -1130.0, -720.0, -370.0, 40.0, 420.0, 800.0, 1130.0, 1490.0, 1850.0];
/// Metres north of the middle.
pub const NORTH_M: [f64; ROWS + 1] = [-1360.0, -980.0, -640.0, -230.0, 190.0, 570.0, 980.0, 1340.0];

/// A street from end to end.
pub struct StreetLine {
    pub name: &'static str,
    pub name_en: &'static str,
    pub way: Way,
}

const fn street(name: &'static str, name_en: &'static str, way: Way) -> StreetLine {
    StreetLine { name, name_en, way }
}

/// From south to north. The fourth is no street but the river, with the borders in its middle.
pub const EAST_WEST: [StreetLine; ROWS + 1] = [
    street("南环街", "Nanhuan Street", Way::Primary),
    street("康乐街", "Kangle Street", Way::Secondary),
    street("和顺街", "Heshun Street", Way::Secondary),
    street("柳沟河", "Liugou River", Way::River),
    street("工业大街", "Gongye Avenue", Way::Primary),
    street("锦绣街", "Jinxiu Street", Way::Secondary),
    street("丰泽街", "Fengze Street", Way::Secondary),
    street("北环街", "Beihuan Street", Way::Primary),
];

/// From west to east.
pub const NORTH_SOUTH: [StreetLine; COLUMNS + 1] = [
    street("西环路", "Xihuan Road", Way::Primary),
    street("杏林路", "Xinglin Road", Way::Secondary),
    street("文昌路", "Wenchang Road", Way::Secondary),
    street("育才路", "Yucai Road", Way::Secondary),
    street("迎宾路", "Yingbin Road", Way::Primary),
    street("和平路", "Heping Road", Way::Secondary),
    street("兴达路", "Xingda Road", Way::Secondary),
    street("通达公路", "Tongda Highway", Way::Trunk),
    street("民安路", "Min'an Road", Way::Secondary),
    street("槐荫路", "Huaiyin Road", Way::Secondary),
    street("东环路", "Donghuan Road", Way::Primary),
];

pub struct CommunitySketch {
    pub name: &'static str,
    /// As it stands in the names of its grids.
    pub short: &'static str,
    pub name_en: &'static str,
    pub grids: &'static str,
}

pub const COMMUNITIES: [CommunitySketch; 4] = [
    CommunitySketch { name: "兴盛园社区", short: "兴盛园", name_en: "Xingshengyuan", grids: "ABCDEFG" },
    CommunitySketch { name: "召北社区", short: "召北", name_en: "Zhaobei", grids: "HIJKLMN" },
    CommunitySketch { name: "石化社区", short: "石化", name_en: "Shihua", grids: "OPQRSTU" },
    CommunitySketch { name: "柳荫社区", short: "柳荫", name_en: "Liuyin", grids: "VWXYZab" },
];

/// A third-level grid: a housing estate of 200 households and more, or a bungalow area of about 300.
pub struct GridSketch {
    pub letter: char,
    pub households: u32,
    pub is_estate: bool,
    /// The estate's or the area's own name.
    pub place: &'static str,
    pub place_en: &'static str,
}

const fn estate(letter: char, place: &'static str, place_en: &'static str, households: u32) -> GridSketch {
    GridSketch { letter, households, is_estate: true, place, place_en }
}

const fn bungalows(letter: char, place: &'static str, place_en: &'static str, households: u32) -> GridSketch {
    GridSketch { letter, households, is_estate: false, place, place_en }
}

pub const GRIDS: [GridSketch; 28] = [
    bungalows('A', "北梁平房区", "Beiliang Bungalows", 318),
    estate('B', "兴盛园小区", "Xingshengyuan Estate", 562),
    estate('C', "文昌苑", "Wenchang Court", 438),
    bungalows('D', "西河沿平房区", "Xiheyan Bungalows", 296),
    estate('E', "锦绣花园", "Jinxiu Garden", 584),
    estate('F', "康宁小区", "Kangning Estate", 327),
    estate('G', "迎宾公寓", "Yingbin Apartments", 214),
    estate('H', "北苑新村", "Beiyuan New Village", 476),
    estate('I', "丰泽家园", "Fengze Homes", 512),
    bungalows('J', "东梁平房区", "Dongliang Bungalows", 304),
    estate('K', "公园壹号", "Park No. 1", 368),
    estate('L', "通达小区", "Tongda Estate", 421),
    bungalows('M', "槐树湾平房区", "Huaishuwan Bungalows", 332),
    estate('N', "槐园小区", "Huaiyuan Estate", 236),
    estate('O', "河畔花园", "Riverside Garden", 455),
    estate('P', "石化一区", "Shihua First Estate", 397),
    estate('Q', "民安苑", "Min'an Court", 283),
    bungalows('R', "东湾平房区", "Dongwan Bungalows", 307),
    estate('S', "石化职工宿舍", "Shihua Workers' Housing", 248),
    estate('T', "石化二区", "Shihua Second Estate", 341),
    estate('U', "南苑小区", "Nanyuan Estate", 318),
    bungalows('V', "柳沟平房区", "Liugou Bungalows", 311),
    estate('W', "柳荫小区", "Liuyin Estate", 529),
    estate('X', "和顺家园", "Heshun Homes", 593),
    bungalows('Y', "西场平房区", "Xichang Bungalows", 289),
    estate('Z', "安居小区", "Anju Estate", 262),
    estate('a', "育才小区", "Yucai Estate", 305),
    estate('b', "南环花园", "Nanhuan Garden", 447),
];
