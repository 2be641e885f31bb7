# 站点文件的问题
file_missing = 文件不存在，缺少它无法工作
no_grids = 文件不存在：无法归格，所有上报均待归格
taken_as_empty = 文件不存在，按空文件处理
file_unreadable = 无法读取：{ $error }
file_too_large = { $size_mb } MB；超过 { $limit_mb } MB 的文件不予读取（见 gridwatch.toml 的 [geodata] max_file_mb）
file_empty = 文件为空
wrong_encoding = 文本不是 { $encoding } 编码；请另存为 UTF-8
not_json = 不是 JSON：{ $error }（第 { $column } 列）
not_a_collection = 需要 FeatureCollection，实为{ $found ->
    [list] 列表
    [scalar] 非对象
    [untyped] 没有 type 的对象
   *[other] { " " }{ $found }
}
not_toml = 不是 TOML：{ $error }
not_pmtiles = 不是第 3 版的 PMTiles
no_features = 集合中没有要素
unknown_crs = 不支持坐标系 { $crs }；支持 CRS84、EPSG:4326、EPSG:4490，其他请用 `gridwatch import grids --crs` 导入
no_datum = 位于中国境内但未声明坐标基准，按 wgs84 读取。请在 gridwatch.toml 的 [geodata] 中写明 datum = "wgs84"、"gcj02" 或 "bd09"：用错会整体偏移约 400 米
no_time_zone = 位于中国境内但未设时区，日期和不带偏移的时间按 UTC 读取。请写明 time_zone = "Asia/Shanghai"
not_a_feature = 不是 GeoJSON 要素：{ $error }
null_geometry = 没有几何图形
wrong_geometry = 需要 { $expected }，实为 { $found }
missing_column = 缺少此列；现有列：{ $columns }
ragged_row = 有 { $found } 个字段，而表头有 { $expected } 个
unclosed_quote = 此处的引号没有闭合
not_utf8 = 有字节不是该编码的文本；是否应另指 --encoding？
row_too_long = 此行超过 1 MiB，是 CSV 文件吗？
unknown_column = 不认识的列{ $likely ->
    [none] { "" }
   *[other] ，是否应为 { $likely }？
}
doubled_column = 此列出现两次，以哪一列为准？
unknown_key = 不认识的键，{ $likely ->
    [none] 是否笔误？
   *[other] 是否应为 { $likely }？
}
not_a_table = 须为表：另起一行写 [[{ $name }]]，其键写在下面
missing_value = 缺失
not_text = 须为带引号的文本{ $value ->
    [none] { "" }
   *[other] ，实为 { $value }
}
bad_number = “{ $value }”不是数字
not_finite = “{ $value }”不是有限的数
not_whole = { $value } 不是整数
decimal_comma = “{ $value }”用逗号作了小数点
out_of_range = { $value } 不在 { $min } 与 { $max } 之间
bad_choice = “{ $value }”不是以下之一：{ $choices }
bad_limit = “{ $value }”不是时限；应如 30m、4h（工作小时）、4H（自然小时）、3d（工作日）
bad_date = “{ $value }”不是日期；应如 2026-03-04
bad_time = “{ $value }”不是时间；应如 2026-03-04、2026-03-04 09:05 或 2026-03-04T09:05+08:00
bad_hours = { $value } 不是一对时刻；应如 ["09:00", "12:00"]
bad_address = "{ $value }" 不是带端口的地址（例如 127.0.0.1:8080）
bad_public_url = "{ $value }" 不是协议加主机名（例如 https://grid.example.org）
bad_proxy = "{ $value }" 不是 IP 地址
bad_email = “{ $value }”不是电子邮箱地址；应如 li@street.example
mail_in_the_clear = { $host } 不是本机：邮件须经 "starttls" 或 "tls" 发送
too_many_rows = 超过 { $limit } 行：请缩小统计范围
grades_out_of_order = 等级应从高到低排列，起始分数逐级降低
long_ladder = 督办阶梯有 { $rungs } 级；最多 { $limit } 级
bad_time_zone = “{ $value }”不是时区；应如 Asia/Shanghai
empty_validity = 从 { $from } 到 { $to } 不是有效的时段
long_holiday = 从 { $from } 到 { $to } 超过 { $days } 天；年份是否笔误？
scientific_code = “{ $value }”是电子表格把编码变成了数字；请把该列设为文本后重新填写
duplicate_code = { $value } 重复，首次出现在{ $feature ->
    [none] 第 { $line } 行
   *[other] 第 { $feature } 个要素
}
unknown_code = 没有 { $value }{ $likely ->
    [none] { "" }
   *[other] ；是否丢了前导零？有 { $likely }
}
bad_position = { $lon ->
    [none] 位置须有经度和纬度两个数
   *[other] { $lon }, { $lat } 不是地球上的位置
}
swapped_position = { $lon }, { $lat } 似为纬度在前；应经度在前
zero_position = 0, 0 表示位置未知
no_stream = 摄像机须有一路码流：main 或 sub
credentials_in_stream = 地址中含有用户名或密码；请移出文件，用 secret = "…" 指名
not_secrets = 每行须为 名称 = "用户名:密码"
bad_gb_code = “{ $value }”不是 20 位的 GB/T 28181 编码
missing_element = GStreamer 缺少 { $element }；请安装 { $package }
no_gstreamer = GStreamer 无法启动：{ $error }
# 工作日历、码流、控制点的问题
no_hours = 工作日须有工作时间
hours_overlap = 工作时间 { $from } 至 { $to } 为空，或与前一段重叠
no_working_day = 一周至少要有一个工作日
no_scheme = 缺少协议：码流地址以 rtsp://、rtsps://、file:// 或 test:// 开头
unknown_scheme = 协议 { $scheme }:// 不是 rtsp://、rtsps://、file://、test:// 之一
no_address = { $scheme }:// 之后没有地址
bad_port = 端口不在 1 到 65535 之间
outside_site = 文件不在站点文件夹内；请写站点文件夹内的相对路径，不得含 ..
too_few_points = 只有 { $given } 个控制点：至少需要 4 个，多些更好
point_out_of_frame = 第 { $number } 个控制点在画面之外
view_left_open = 控制点不足以确定画面：其中没有任意三点都不共线的四点
impossible_view = 控制点互相矛盾：地面上方没有摄像机会看到这样的次序
# 网格图形的问题
ring_too_short = 第 { $ring } 个环只有 { $positions } 个点；至少四个，末点与首点相同
ring_unclosed = 第 { $ring } 个环未闭合：终点 { $lon }, { $lat } 不是起点
ring_crosses = 第 { $ring } 个环在 { $lon }, { $lat } 处与自身或其他环相交
ring_touches = 第 { $ring } 个环在 { $lon }, { $lat } 处与自身或其他环相接；按奇偶规则读取
ring_empty = 第 { $ring } 个环没有面积
parent_loop = 上级链又回到 { $grid } 自身
unknown_parent = 没有上级 { $parent }{ $likely ->
    [none] { "" }
   *[other] ；是否丢了前导零？有 { $likely }
}
parent_not_valid = 在 { $grid } 的有效期内，{ $parent } 并非始终有效
parent_level = { $parent } 的层级是 { $parent_level }，并不高于 { $level }
overlap = { $winner } 与 { $other } 在 { $lon }, { $lat } 处重叠 { $area_m2 } 平方米；重叠处归 { $winner }（面积小者优先，其次编码小者）
gap = { $beside } 之间有 { $pieces } 处空隙，共 { $area_m2 } 平方米，位于 { $lon }, { $lat }
uncovered = { $parent } 有 { $area_m2 } 平方米（{ $pieces } 处）不属于任何下级，位于 { $lon }, { $lat }
outside_parent = { $children } 超出 { $parent } { $area_m2 } 平方米，位于 { $lon }, { $lat }
t_junction = { $grid } 有 { $corners } 个顶点落在 { $other } 的边上而对方在该处无顶点，位于 { $lon }, { $lat }；可能产生缝隙
# 归格的理由
inside_grid = 位于网格 { $grid } 内
crosses_border = 位于网格 { $grid } 内，距边界 { $edge_m } 米，小于定位精度{ $candidates ->
    [1] {""}
   *[other] ；共有 { $candidates } 个候选网格
}
nearest_grid = 不在任何网格内，距 { $grid } { $distance_m } 米
outside_every_grid = 不在任何网格内
looks_swapped = { $lon }, { $lat } 不在任何网格内，经纬度互换后则在网格内
no_position = 位置未知
asset_owner = { $distance_m } 米外的 { $asset } 归 { $department } 所有
ruling_owner = 案件 { $case } 裁定：{ $grid } 的{ $category }由 { $department } 负责
territory_owner = { $territory } 范围内由 { $department } 负责
category_owner = 类别 { $category } 由 { $department } 负责
grid_owner = { $grid } 内由 { $department } 负责
no_department = 无人负责
unknown_category = 类别 { $category } 不在责任清单上{ $likely ->
    [none] { "" }
   *[other] ；是否丢了前导零？有 { $likely }
}
# 拒绝请求的原因
not_found = 此处没有该内容
method_not_allowed = 此处不支持该操作
sign_in = 请先登录
not_allowed = 您无权进行该操作
unknown_token = 令牌不存在或已失效
unknown_sign_in_code = 登录链接已使用或已过期，请重新获取
not_let_in = 账号与密码不符，或尝试次数过多：请稍候，或联系管理员
wrong_old_password = 原密码不正确
password_too_short = 密码有 { $length } 个字符，至少 { $shortest } 个
password_too_long = 密码有 { $length } 个字符，最多 { $limit } 个
password_is_name = 密码不能与本人姓名或账号相同
unknown_host = 本服务不使用该名称
foreign_page = 外部页面不能进行该操作
unreadable_value = 无法读取：{ $value }
no_object = 须为一个 JSON 对象
unknown_name = 这里不认识 { $name }；可用的有：{ $known }
not_together = { $one } 与 { $other } 不能同时使用，请只用其一
not_of_action = { $name } 不属于该步骤：{ $action }
body_too_large = 请求过大
too_many_requests = 请求过于频繁，请稍后再试
key_reused = 该幂等键已用于另一个请求
disk_full = 磁盘已满；未保存任何内容，请稍后再试
closing = 服务正在关闭
internal = 服务出错，已记录
nothing_told = 请说明地点或内容：位置、地址、地点或描述
unlisted_category = 类别 { $category } 不在责任清单上{ $likely ->
    [none] { "" }
   *[other] ；是否丢了前导零？有 { $likely }
}
too_long_ago = { $captured_at } 过于久远：不接受 { $earliest } 之前的时间
foreign_source = 只有持令牌者才能以 { $given } 为来源上报；没有令牌时，来源为以下之一：{ $open_to_all }
from_the_future = { $captured_at } 尚未到来；现在是 { $now }
too_many_photos = 有 { $photos } 张照片，最多 { $limit } 张
photo_too_large = 照片有 { $bytes } 字节，最多 { $limit } 字节
no_photo = 这不是照片，或文件已损坏；支持 JPEG、PNG 和 WebP
too_many_pixels = 照片为 { $width } × { $height } 像素，每边最多 { $limit } 像素
text_too_long = 文本有 { $length } 个字符，最多 { $limit } 个
# 命令的说明
error = 错误
warning = 警告
feature = 第 { $feature } 个要素
would_start = { $warnings } 个警告；服务可以启动
would_not_start = { $errors } 个错误，{ $warnings } 个警告；服务无法启动
would_place_nothing = { $warnings } 个警告；服务可以启动，但没有网格便无法归格
no_site_folder = 没有文件夹 { $folder }；请先创建，或用 --site 指明站点文件夹
no_site = { $folder } 不是站点：没有 gridwatch.toml、geodata 或存储；请用 --site 指明站点文件夹
served_already = 已有另一个 gridwatch 在使用 { $folder }：两个服务会各说各的。请先停止它，或用 --data 指明其他文件夹
damaged_site = 站点文件有 { $errors } 个错误{ $errors ->
    [1] ：
   *[other] ，第一个是：
}
    { $first }
    查看全部：{ $command }
site_holds = 版本 { $version }：末级网格 { $grids } 个、职能部门 { $departments } 个、类别 { $categories } 个、专属区域 { $territories } 个、权属部件 { $assets } 个、人员 { $staff } 名、地点 { $places } 个、摄像机 { $cameras } 台
inside = 格内
ambiguous = 待辨
nearest = 就近
outside = 格外
unplaced = 未定位
invalid = 无效
reading_columns = 读取 { $columns }，坐标基准 { $datum }
taken_as_wgs84 = 提示：坐标按 WGS84 读取；手机或高德的坐标请用 --datum gcj02，百度的请用 bd09
not_png = { $file }：图片为 PNG 格式，请用以 .png 结尾的文件名
cases_to_import = 可导入 { $taken } 件，其中 { $left_open } 件从未结案；{ $rejected } 行不能导入；加 --write 写入
cases_imported = 已导入 { $fresh } 件，{ $there } 件此前已有；{ $left_open } 件从未结案；{ $rejected } 行未导入
not_on_the_lists = 类别 { $category } 不在责任清单中；请用 --categories FILE 说明对应类别
no_such_department = 没有部门 { $department }；请用 --departments FILE 说明对应部门
closed_before_opened = 结案时间 { $closed } 早于上报时间 { $opened }
not_closed_yet = 结案时间 { $closed } 尚未到来
not_past_yet = 上报时间 { $opened } 尚未到来
events_read = 读入 { $counted } 个事件；略去：其他类别 { $other } 个，无位置 { $nowhere } 个，{ $unreadable } 行无法读取
too_many_draws = { $permutations } 次置换、最多 { $neighbors } 个邻域，抽样超过 { $limit } 次：请减少其一
picture_width = 图片宽度须为 1 至 { $most_px } 像素
picture_height = 图片高度须为 1 至 { $most_px } 像素
no_tile = 没有这样的瓦片
no_box = 范围的角点不是有效位置：依次为西、南、东、北，单位为度
box_over_antimeridian = 范围从 { $west } 到 { $east }，次序颠倒或跨越 180 度经线；请分成两部分查询
empty_box = 范围内没有面积：依次为西、南、东、北，单位为度
film_length = 该尺寸的动画应有 1 到 { $most } 帧：请调整每帧时长
not_values = { $file }：数值只能写成 .tif（GeoTIFF）或 .npy（NumPy）
events_drawn = 绘制 { $drawn } 个事件；因时段、类别或无位置略去 { $skipped } 个；{ $unreadable } 行无法读取；最强颜色代表 { $densest }
rows_placed = 共 { $rows } 行：{ $outcomes }，用时 { $seconds } 秒
rows_of = { $outcome } { $rows }
no_rows = 无
at_line = 第 { $line } 行
column_category = 类别
column_outcome = 归格结果
column_grid = 网格
column_department = 职能部门
column_why = 理由
no_such_grid = 该站点没有网格 { $grid }
no_such_staff = 人员名册中没有 { $id }
staff_new = 新增：{ $id } { $name }
staff_changed = 变更：{ $id } { $name }
staff_gone = 移除并退出登录：{ $id } { $name }
staff_counted = 新增 { $new } 人，变更 { $changed } 人，移除 { $gone } 人，未变 { $same } 人
codes_in_site = { $file } 在站点文件夹内，此处不得存放口令：请另选位置
over_the_video = --{ $option } 会覆盖视频本身
one_place_for_both = --output 与 --annotate 都是 { $file }；请分别指定文件
no_such_camera = 该站点没有摄像机 { $camera }
video_seen = 共 { $frames } 帧画面，{ $findings } 个发现
survey_holds = { $file }：{ $features } 个要素，列 { $columns }
coordinates = 坐标：{ $system }{ $degrees ->
    [true] { "" }（经纬度）
   *[other] { "" }
}，{ $said_by ->
    [user] 依命令所指
    [file] 依文件所述
    [site] 依站点设置
   *[other] 无其他说明
}
site_reaches = 导入后站点范围为 { $west }, { $south } 至 { $east }, { $north }
grid_sizes = 最小的网格是 { $smallest }，{ $smallest_area }；最大的是 { $largest }，{ $largest_area }
grids_replaced = 读取 { $features } 个要素，替换 { $replaced } 个，保留其他级别 { $kept } 个；{ $errors } 个错误，{ $warnings } 个警告
mend_errors = 未写入：请先改正错误
mend_other_files = 未写入：请先改正其他文件，或用 --force
say_write = 未写入；加 --write 即保存到 { $file }
not_on_list = 服务当前使用的人员名单中没有 { $staff }；运行中的服务会在数秒内读取文件
taken_over_soon = 运行中的服务将在数秒内生效
camera_new = 新增：{ $id }
camera_changed = 变更：{ $id }
cameras_counted = 新增 { $new } 路，变更 { $changed } 路，未变 { $same } 路；其余保持不变
service_asked = { $url } 的服务返回 { $answer }；令牌请放入环境变量 GRIDWATCH_TOKEN
nobody_in_list = { $file } 中没有人员：名单上现有的 { $staff } 人将全部被移除
reserved_id = “{ $id }”是轨迹中其他身份的名称
resident_external_id = 外部编号需要有发送方：请登录，或不填
short_key = 未登录者的键至少需要 { $least } 个字符，以免与他人相同
written = 已写入 { $file }
written_over = 已写入 { $file }；原文件保存为 { $copy }
# 以文件还是以存储为准
two_truths = 站点文件与存储自上次一致以来都有改动，只有您知道以哪一个为准。不同之处：
grids_are_gone = 站点文件夹里的 { $file } 不见了，文件夹是否正确？文件与存储的不同之处：
only_in_files = { $file }：仅在文件中
only_in_store = { $file }：仅在存储中
not_the_same = { $file }：内容不同
take_the_files = 以文件为准：{ $command }
take_the_store = 以存储为准：{ $command }
files_differ = 文件与存储的不同之处：
say_write_files = 未改动；加 --write 即以文件为准（版本 { $version }），存储中现有内容保留为旧版本
say_write_store = 未改动；加 --write 即把存储中的版本 { $version } 写入文件，被替换的内容保留在旁
files_are_true = 现以文件为准，版本 { $version }；正在运行的服务重启后才采用
same_already = 文件与存储一致：版本 { $version }
set_aside = { $file } 不属于该版本，已移至 { $copy }
no_version_yet = 存储中还没有站点 { $site } 的版本
# 备份
backed_up = { $cases } 个案件、{ $reports } 条上报、{ $photos } 张照片已存入 { $file }
file_is_there = { $file } 已存在：请换一个名称，或用 --force 覆盖
photo_missing = 存储中记有照片 { $hash }，但文件缺失或损坏，备份中没有它
no_store_there = { $folder } 中没有存储
restored = 已恢复到 { $made_at }：{ $cases } 个案件、{ $reports } 条上报、{ $photos } 张照片。此前的登录链接和会话失效，令牌仍然有效。启动命令：
cannot_restore = { $file } 未恢复，没有任何改动
no_backup = 这不是 `gridwatch backup` 写的文件，或其开头已损坏
newer_backup = 格式为 { $found }，本程序只支持到 { $known }；请用更新的 gridwatch
unsafe_member = { $member } 会落在文件夹之外
not_a_plain_file = { $member } 是链接、文件夹或设备
unexpected_member = { $member } 出现两次，或不在清单中
member_missing = 缺少 { $member }
wrong_size = { $member } 的大小与清单不符
wrong_content = { $member } 已损坏：哈希不符
target_not_empty = { $folder } 不是空的
data_elsewhere = 其设置把存储放在 { $folder }；请用 --data 指明该文件夹或其他文件夹
newer_store = 其存储的结构版本为 { $found }，本程序只支持到 { $known }；请用更新的 gridwatch
damaged_store = 其存储已损坏：{ $error }
photo_lacking = 存储中记有照片 { $hash }，而备份中没有
# 摄像机
no_stream_given = 该摄像机没有视频流
no_secret = 找不到名为 { $secret } 的凭据（环境变量与 secrets.toml 中均无）
no_such_scene = 没有名为 { $scene } 的场景
nothing_there = 该地址没有内容
unreachable = 无法连接摄像机
auth_failed = 摄像机拒绝了凭据
auth_wanted = 摄像机要求凭据，而配置中未指名；请在 cameras.toml 中用 secret = "…" 指名
unreadable = 收到的不是可读取的视频
too_large = { $width } × { $height } 像素的画面过大
no_pictures = 没有画面
line_broken = 与摄像机的连接中断
recorder_full = 该录像机上打开的码流已达上限（{ $limit } 路）
other_pixels = 该码流的像素格式须由 GStreamer 读取：请在 cameras.toml 中写 reader = "gstreamer"
worker_ended = 读取该摄像头的进程已中断，正在重启
keyframes_only = 机器负载过高，暂时只分析关键帧
picture_ill = 画面{ $ailment }
ailment_black = 黑屏
ailment_overexposed = 过曝
ailment_frozen = 冻结
ailment_covered = 被遮挡
ailment_out_of_focus = 失焦
ailment_moved = 移位
clock_off = 摄像机时钟偏差 { $off_s } 秒
disabled = 摄像机已停用：cameras.toml 中写有 enabled = false
ended = 视频流已结束
missing = 本机缺少读取所需的 { $element }
too_many_cameras = 同时打开的摄像机已达上限，请稍后再试
too_many_viewers = 同时观看视频的人数已达上限，请稍后再试
no_picture_yet = 摄像机尚未送来画面
nothing_kept = 没有保留该时段的画面：仅 RTSP 摄像机保留最近数秒
no_video = 本程序未包含视频功能
# 发现
decided_before = 该发现已处理：{ $status ->
    [confirmed] 已确认
   *[dismissed] 已排除
}
no_reason = 排除发现须填写原因
reason_too_long = 原因共 { $length } 个字符，最多 { $limit } 个
# 命令无法完成的原因
level_needed = 请说明要素的级别：--level L，或在 --map 中写 level=列名
code_needed = --map：须有 code，如 code={ $column }
no_field_in_map = --map { $pair }：应为 字段=列名
unknown_field_in_map = --map { $pair }：字段不是以下之一：{ $fields }
unknown_column_in_map = --map { $pair }：没有列 { $column }；现有列：{ $columns }
field_twice_in_map = --map：{ $field } 给出了两次
datum_needed = 这是中国境内的经纬度，而命令、文件、站点都未说明坐标基准；请用 --datum wgs84（测绘、GPS）、gcj02（高德、腾讯、手机）或 bd09（百度）：用错会整体偏移约 400 米
no_such_column = 没有列 { $wanted }；现有列：{ $columns }；请用 --{ $option } 指明
column_twice = 列 { $name } 出现两次；请改名，或用 --{ $option } 指明
standard_input = 标准输入
standard_output = 标准输出
cannot_open = 无法打开 { $file }
cannot_read = 无法读取 { $file }
cannot_write = 无法写入 { $file }
no_such_file = 没有该文件或文件夹
no_permission = 没有权限
is_a_folder = 这是文件夹
not_a_folder = 应为文件夹处是文件
is_a_device = 这是设备或管道，视频须写入文件
empty_table = { $file } 为空：连表头也没有
utf16 = 这是 UTF-16 编码；请另存为 UTF-8 的 CSV
workbook = 这是工作簿或其他 ZIP 文件；请把工作表另存为 CSV
long_line = 第 { $line } 行超过 1 MiB，是 CSV 文件吗？
# 案件步骤
stale = 已有他人先行处理：案件现为第 { $version } 版
nothing_corrected = 更正须给出新的类别或新的位置
not_now = 案件{ $status }，不能进行“{ $action }”
not_yours = “{ $action }”由{ $role }办理
post_a_is_there = A 岗在岗；B 岗仅在 A 岗不在时代行
which_department = 该案件派给了多个部门（{ $departments }），请指明是哪一个
no_order = 该案件未派给 { $department }
needs_reason = “{ $action }”须在备注中说明理由
needs_photo = “{ $action }”须附照片
asked_before = 已申请{ $wish }，尚待答复
department_unknown = 没有部门 { $department }
named_twice = { $department } 重复，或已被派遣
led_before = 主办部门已是 { $department }
other_unknown = 没有可并入的这个案件
other_ended = 案件 { $number } 已经结束：{ $status }
more_would_see = 并入案件 { $number } 会让无权人员看到
no_ruling = 值班长尚未对本案作出裁定
ruling_needs_place = 裁定适用于某网格的某类别：本案缺少其一
not_on_its_way = { $grid } 不是本案所在的网格层级
no_such_ruling = { $grid } 的 { $category } 没有裁定
head_must_rule = 已回退 { $returns } 次，须由值班长裁定归属
ruled = 值班长已裁定由其办理
report_in_first = 被吹哨的部门须先报到，再报处置完成
bad_stars = 星级为 1 至 { $most }
not_due = 尚未到期
not_placed = 位置仍不明：请给出网格内的 lon 和 lat
head_must_decide = 第二次延期和工程类延期须由值班长批准
into_itself = 案件不能并入自身
note_too_long = 备注有 { $length } 字，最多 { $limit } 字
# Of photos, by what they say of themselves.
not_judged = 未判定：照片未记录拍摄时间和位置
taken_in_time = 拍摄时间与上报相符
taken_long_before = 拍摄于上报前 { $hours } 小时（超过 { $limit } 小时）
taken_afterwards = 拍摄时间晚于提交 { $minutes } 分钟（超过 { $limit } 分钟），时钟或照片信息有误
at_the_spot = 拍摄位置距案件约 { $distance_m } 米
far_from_the_spot = 拍摄位置距案件约 { $distance_m } 米（超过 { $limit_m } 米）
same_spot_as_before = 与处置前照片相距约 { $distance_m } 米
other_spot_than_before = 与处置前照片相距约 { $distance_m } 米（超过 { $limit_m } 米）
# Of patrols, visits and places.
outside_reach = 不在您负责的网格内
unknown_place = 台账中没有地点 { $place }；走访须有地点、位置或网格
unknown_grid = 没有网格 { $grid }
unknown_staff = 没有人员 { $staff }
unknown_report = 没有上报 { $report }
visited_before = { $by } 已经走访过
task_of_another_day = 这是 { $date } 的任务
task_ended = { $by } 已经结束该任务
skipping_needs_reason = 未完成的任务须在备注中说明原因
perhaps_the_same = 该网格内已有 { $name }（{ $place }），相距 { $distance_m } 米；如确为另一地点，请加 "another": true
place_code_taken = 已有编号为 { $place } 的地点
too_many_names = 别名 { $names } 个，最多 { $limit } 个
# 案件、人员与申请的名称
action_open = 上报
action_join = 补充上报
action_correct = 更正
action_verify = 核实属实
action_disprove = 核实不实
action_solve = 自处理
action_approve = 自处理审核通过
action_reject = 自处理审核退回
action_accept = 受理
action_refuse = 不予受理
action_merge = 并案
action_absorb = 并入
action_file = 立案
action_send_back = 退回受理
action_dispatch = 派遣
action_whistle = 吹哨
action_recall = 撤回派遣
action_sign = 签收
action_report_in = 报到
action_guard = 先行防护
action_handle = 处置完成
action_ask = 申请
action_grant = 批准
action_deny = 驳回
action_rule = 裁定
action_resume = 恢复处置
action_pass = 核查通过
action_rework = 返工
action_close = 结案
action_reopen = 重新办理
action_rate = 评价
action_remark = 备注
action_escalate = 督办
status_triage = 待归格
status_to_verify = 待核实
status_to_audit = 自处理待审核
status_to_accept = 待受理
status_to_file = 待立案
status_to_dispatch = 待派遣
status_to_sign = 待签收
status_handling = 处置中
status_suspended = 挂账
status_to_check = 待核查
status_to_close = 待结案
status_closed = 已结案
status_untrue = 不实
status_refused = 不予受理
status_merged = 已并案
status_left_open = 历史未结
status_void = 作废
role_county_leader = 县级领导
role_street_cadre = 街道科级干部
role_community_staff = 社区工作人员
role_specialist = 网格专员
role_grid_worker = 网格员
role_informant = 网格信息员
role_department_clerk = 部门经办人
role_street_office = 街道部门人员
role_intake_officer = 受理员
role_shift_head = 值班长
role_dispatcher = 派遣员
role_operator = 视频巡查员
role_planner = 研判人员
role_supervisor = 督查员
role_display = 大屏
role_administrator = 系统管理员
role_resident = 上报人
role_service = 系统
wish_extension = 延期
wish_return = 回退
wish_suspension = 挂账
wish_void = 作废
measure_reported = 上报
measure_appeals = 诉求
measure_valid = 有效上报率
measure_found = 自主发现率
measure_verified_on_time = 按时核实率
measure_accepted_on_time = 按时受理率
measure_filed_on_time = 按时立案率
measure_filed_accurately = 准确立案率
measure_dispatched_on_time = 按时派遣率
measure_dispatched_accurately = 派遣准确率
measure_signed_on_time = 按时签收率
measure_reported_in_on_time = 按时报到率
measure_guarded_on_time = 先行防护及时率
measure_handled_on_time = 按时处置率
measure_checked_on_time = 按时核查率
measure_closed = 结案率
measure_closed_on_time = 按期结案率
measure_reworked = 返工率
measure_satisfied = 满意率
figures_title = 考核评价
figures_departments = 职能部门
figures_grids = 网格
figures_workers = 网格人员
figures_whole = 总体
figures_made_at = 统计时间
figures_all_time = 自启用以来
figures_reported = 上报事件
figures_appeals = 收集诉求
figures_solved = 解决诉求
figures_name = 名称
figures_points = 得分
figures_grade = 等级
figures_weight = 权重
figures_note = 各率统计本期应办事项：本期内办结，或时限在本期内届满。办理结果以统计时间为准。n/a：本期无应办事项，不计分。返工率越低越好。
stage_place = 归格
stage_verify = 核实
stage_accept = 受理
stage_file = 立案
stage_audit = 自处理审核
stage_dispatch = 派遣
stage_sign = 签收
stage_report_in = 报到
stage_guard = 先行防护
stage_handle = 处置
stage_check = 核查
stage_close = 结案
notice_turn = 案件 { $number } 待您办理：{ $stage }
notice_late = 案件 { $number } 已超时：{ $stage }
notice_asked = 案件 { $number } 申请{ $wish }，待您答复
notice_answered = 案件 { $number } 贵部门的申请已答复：{ $action }
notice_ended = 您上报的案件 { $number }：{ $status }
notice_restricted = 案件 { $number }：{ $status }
no_receiver = 没有该密钥，或其内容不是网址
no_answer = 对方未及时应答
answered = 对方应答 { $status }
errcode = 对方拒收：{ $errcode }
unclear = 对方应答无法识别
bad_body = 模板生成的内容不是 JSON
mail_refused = 邮件服务器拒收该邮件：{ $status }
no_times = 此方法需要每条事件的时间
exposure_of_cells = 比率只能按网格计算：网格的资料不能用于格子单元
too_few_steps = 该时段不足两个 { $step_days } 天的步长
too_many_steps = { $steps } 个步长 × { $areas } 个单元，超过上限 { $limit }
too_many_cells = 宽 { $width_m } 米的格子会超过 { $limit } 个
too_many_pairs = 相距如此近的事件对超过 { $limit } 个
few_areas = 只有 { $areas } 个统计单元：少于 { $least } 个时，单个单元的结论把握不大。
islands = { $areas } 个单元没有相邻单元，对其不作结论。
none_among_many = 考虑到同时检验了许多单元，没有单元显著偏热；图中所示仅在单独检验时显著。
few_steps = 只有 { $steps } 个步长：少于 10 个时无法判断趋势。
piled_up = { $incidents } 条事件落在 { $places } 个点上，这些点是地址解析不明时的默认位置；已剔除。
unobserved = { $areas } 个单元观测不足（分母小于 { $floor }）：已剔除，不按零计。
nothing_happened = 该时段没有事件。
hotspots_title = 热点分析报告
hotspots_all_time = 全部时间
hotspots_made_at = 生成于
hotspots_incidents = 事件数
hotspots_before = 上期
hotspots_expected = 预期
hotspots_number = 热点数
hotspots_areas = 统计单元
hotspots_unobserved = 观测不足
hotspots_elsewhere = 网格之外
hotspots_warnings = 阅读提示
hotspots_ranked = 热点排名
hotspots_found = 统计结果
hotspots_about = 说明
hotspots_none = 没有热点。
hotspots_more = 个热点见附表
hotspots_place = 位置
hotspots_trend = 与上期相比
hotspots_categories = 主要类别
hotspots_departments = 职能部门
hotspots_hours = 时段
hotspots_sources = 来源
hotspots_pile = 已剔除
hotspots_how = 方法与参数
hotspots_distance = 距离
hotspots_time = 时间间隔
hotspots_pairs = 事件对
hotspots_ratio = 与预期之比
method_gi = Getis–Ord Gi 热点分析
method_gi-star = Getis–Ord Gi* 热点分析
method_moran = 局部莫兰指数
method_kde = 核密度估计
method_dbscan = DBSCAN 聚类
method_hdbscan = HDBSCAN 聚类
method_emerging = 新兴时空热点
method_near-repeat = 近重复分析（Knox）
how_gi = 同 Gi*，但只计相邻单元、不计本单元：说明该单元处在怎样的环境中，与其自身事件多少无关。
how_gi-star = 某单元与其相邻单元合计的事件多于随机情形，即为热点；z 为偏离的标准差数。显著性已考虑同时检验许多单元（Benjamini–Hochberg 错误发现率）；p_sim 由置换检验得出。相连的热点单元合为一个热点，按超出均匀分布的事件数排名。预期值按上期同样天数、同样的周内时段推算；p 表示随机出现这么多事件的概率。
how_moran = 某单元与相邻单元相似（高高、低低）或相异（高低、低高）的程度超过随机情形（置换检验，p ≤ 0.05）。相连的高高单元合为一个热点。
how_kde = 每条事件按核函数散布到周围地面；核函数超出统计范围的部分按边界校正（edge）补偿。密度最高、合计占一半的格子为核心区，相连的合为一个热点。核宽由用户给定，或按 0.9 · min(SD, √(1/ln 2) · 距离中位数) · n^−0.2 计算。核密度只说明哪里密集，不说明把握多大：显著性请用 gi-star。
how_dbscan = 在 eps_m 米之内至少有 min_points 条事件（含自身）的事件归为一类，只看地面距离，不看网格。每一类外围画为一个热点；不属于任何类的为噪声。
how_hdbscan = 事件比周围更密集即归为一类，不论密度多少：无需选定距离，只需一类的最少事件数（min_points）。保留随距离缩小而存续最久的类；不属于任何类的为噪声。
how_emerging = 对每个单元的每个时间步长，以本步与上一步的相邻单元计算 Gi*（对全部单元与步长控制错误发现率）；类型说明其形成过程，趋势按 Mann–Kendall 检验。
how_near-repeat = 两条事件在空间和时间上同时相近的次数，与打乱时间后的情形相比（置换检验）。大于 1 且 p 很小：一件发生后附近不久又会发生。
legend_hot = 热点，把握 { $percent }%
legend_cold = 冷点，把握 { $percent }%
legend_high_high = 高高聚集
legend_high_low = 高值被低值包围
legend_low_high = 低值被高值包围
legend_low_low = 低低聚集
legend_core = 核心区：合计占一半
legend_unobserved = 观测不足
pattern_new_hot = 新增热点
pattern_consecutive_hot = 连续热点
pattern_intensifying_hot = 加强热点
pattern_persistent_hot = 持续热点
pattern_diminishing_hot = 减弱热点
pattern_sporadic_hot = 分散热点
pattern_oscillating_hot = 振荡热点
pattern_historical_hot = 历史热点
pattern_new_cold = 新增冷点
pattern_consecutive_cold = 连续冷点
pattern_intensifying_cold = 加强冷点
pattern_persistent_cold = 持续冷点
pattern_diminishing_cold = 减弱冷点
pattern_sporadic_cold = 分散冷点
pattern_oscillating_cold = 振荡冷点
pattern_historical_cold = 历史冷点
hotspots_same_place = 同一地点
too_many_events = 事件 { $events } 条，超过上限 { $limit }：请缩短时段、限定类别，或改用 dbscan
kernel_too_wide = 核宽 { $bandwidth_m } 米、格子 { $cells } 个，计算需数分钟：请减小核宽或加大格子
