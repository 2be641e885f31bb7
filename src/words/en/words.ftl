# Problems of a site's files.
file_missing = the file is not there, and nothing works without it
no_grids = the file is not there: nothing can be placed, every report waits to be placed by hand
taken_as_empty = the file is not there and is taken as empty
file_unreadable = cannot be read: { $error }
file_too_large = { $size_mb } MB; files above { $limit_mb } MB are refused (see [geodata] max_file_mb in gridwatch.toml)
file_empty = the file is empty
wrong_encoding = the text is not { $encoding }; save it as UTF-8
not_json = not JSON: { $error } (column { $column })
not_a_collection = a FeatureCollection is needed, this is { $found ->
    [list] a list
    [scalar] no object
    [untyped] something without a type
   *[other] { $found }
}
not_toml = not TOML: { $error }
not_pmtiles = not PMTiles of version 3
no_features = the collection holds no features
unknown_crs = coordinate system { $crs } is not read here; CRS84, EPSG:4326 and EPSG:4490 are, others go through `gridwatch import grids --crs`
no_datum = inside China and no datum declared; read as wgs84. Say datum = "wgs84", "gcj02" or "bd09" in [geodata] of gridwatch.toml: the wrong one moves everything by about 400 m
no_time_zone = inside China and no time zone set; dates, and times without an offset, are read as UTC. Say time_zone = "Asia/Shanghai"
not_a_feature = not a GeoJSON feature: { $error }
null_geometry = has no geometry
wrong_geometry = a { $expected } is needed, this is a { $found }
missing_column = the column is missing; there are: { $columns }
ragged_row = { $found } fields where the header has { $expected }
unclosed_quote = a quotation mark opens here and is never closed
not_utf8 = bytes that are no text in the encoding of the file; is another --encoding meant?
row_too_long = the line is longer than 1 MiB; is this a CSV file?
unknown_column = not a column that is read here{ $likely ->
    [none] { "" }
   *[other] ; is { $likely } meant?
}
doubled_column = the column is there twice; which one is meant?
unknown_key = not a key that is read here; { $likely ->
    [none] a typing error?
   *[other] is { $likely } meant?
}
not_a_table = must be a table: write [[{ $name }]] on a line of its own, and its keys below
missing_value = is missing
not_text = must be text in quotation marks{ $value ->
    [none] { "" }
   *[other] , found { $value }
}
bad_number = "{ $value }" is not a number
not_finite = "{ $value }" is no finite number
not_whole = { $value } is not a whole number
decimal_comma = "{ $value }" has a comma for a decimal point
out_of_range = { $value } is not between { $min } and { $max }
bad_choice = "{ $value }" is none of { $choices }
bad_limit = "{ $value }" is not a limit such as 30m, 4h (working hours), 4H (clock hours) or 3d (working days)
bad_date = "{ $value }" is not a date such as 2026-03-04
bad_time = "{ $value }" is not a time such as 2026-03-04, 2026-03-04 09:05 or 2026-03-04T09:05+08:00
bad_hours = { $value } is not a pair of times such as ["09:00", "12:00"]
bad_address = "{ $value }" is not an address with a port, such as 127.0.0.1:8080
bad_public_url = "{ $value }" is not a scheme and a host, such as https://grid.example.org
bad_proxy = "{ $value }" is not an IP address
bad_email = "{ $value }" is not an e-mail address, such as li@street.example
mail_in_the_clear = { $host } is another machine: mail goes there with "starttls" or "tls"
too_many_rows = more than { $limit } rows: narrow the question
grades_out_of_order = grades go from the best down, each from a lower score than the one before
long_ladder = { $rungs } steps of lateness; { $limit } are the most
bad_time_zone = "{ $value }" is not a time zone such as Asia/Shanghai
empty_validity = from { $from } to { $to } is no stretch of time
long_holiday = from { $from } to { $to } is longer than { $days } days; a slip of the pen in the year?
scientific_code = "{ $value }" is what a spreadsheet makes of a code; format the column as text and enter the code again
duplicate_code = { $value } is used twice, first in { $feature ->
    [none] line { $line }
   *[other] feature { $feature }
}
unknown_code = there is no { $value }{ $likely ->
    [none] { "" }
   *[other] ; did it lose its leading zeros? There is { $likely }
}
bad_position = { $lon ->
    [none] a position needs two numbers, longitude and latitude
   *[other] { $lon }, { $lat } is no position on earth
}
swapped_position = { $lon }, { $lat } looks like latitude, longitude; longitude comes first
zero_position = 0, 0 is a position that nobody knew
no_stream = a camera needs one stream: main or sub
credentials_in_stream = the address holds a user or password; keep them out of the file and name them with secret = "…"
not_secrets = not lines of name = "user:password"
bad_gb_code = "{ $value }" is not a GB/T 28181 code of 20 digits
missing_element = GStreamer has no { $element }; install { $package }
no_gstreamer = { $error }
# Of a calendar, a stream, control points.
no_hours = a working day needs hours
hours_overlap = hours from { $from } to { $to } are empty or overlap the hours before
no_working_day = a week needs a working day
no_scheme = no scheme: a stream starts with rtsp://, rtsps://, file:// or test://
unknown_scheme = scheme { $scheme }:// is none of rtsp://, rtsps://, file://, test://
no_address = nothing stands behind { $scheme }://
bad_port = the port is none between 1 and 65535
outside_site = the file is not in the site's folder; write its path from there, without ..
too_few_points = { $given ->
    [one] 1 control point is
   *[other] { $given } control points are
} too few: 4 are needed, more are better
point_out_of_frame = control point { $number } (counted from 1) is outside the frame
view_left_open = the control points leave the view open: no four of them stand so that no three are in one line
impossible_view = the control points contradict each other: no camera above the ground sees them in this order
# Faults of the grids.
ring_too_short = ring { $ring } has { $positions } positions; four are the fewest, the last being the first again
ring_unclosed = ring { $ring } is not closed: it ends at { $lon }, { $lat }, away from where it began
ring_crosses = ring { $ring } crosses itself or another at { $lon }, { $lat }
ring_touches = ring { $ring } touches itself or another at { $lon }, { $lat }; read by the even-odd rule
ring_empty = ring { $ring } encloses nothing
parent_loop = leads back to { $grid } itself
unknown_parent = there is no { $parent }{ $likely ->
    [none] { "" }
   *[other] ; did it lose its leading zeros? There is { $likely }
}
parent_not_valid = { $parent } is not valid all the time that { $grid } is
parent_level = { $parent } is a { $parent_level }, which is no wider than a { $level }
overlap = { $winner } and { $other } overlap by { $area_m2 } m² at { $lon }, { $lat }; there { $winner } wins (the smaller, then the lower code)
gap = { $pieces ->
    [1] a gap
   *[other] { $pieces } gaps
} of { $area_m2 } m² between { $beside } at { $lon }, { $lat }
uncovered = { $area_m2 } m² of { $parent } belong to none of its parts, at { $lon }, { $lat }{ $pieces ->
    [1] { "" }
   *[other] { " " }and { $pieces } places in all
}
outside_parent = { $children } reach out of { $parent } by { $area_m2 } m² at { $lon }, { $lat }
t_junction = { $corners ->
    [1] a corner of { $grid } lies
   *[other] { $corners } corners of { $grid } lie
} on the border of { $other }, which has none there, at { $lon }, { $lat }; slivers may open
# Reasons of a placement.
inside_grid = lies in grid { $grid }
crosses_border = lies in grid { $grid }, but only { $edge_m } m from its border, which is less than the position is sure to{ $candidates ->
    [1] {""}
   *[other] ; { $candidates } grids come into question
}
nearest_grid = lies outside every grid, { $distance_m } m from { $grid }
outside_every_grid = lies outside every grid
looks_swapped = lies outside every grid at { $lon }, { $lat }, but inside one with the two exchanged
no_position = the position is not known
asset_owner = { $department } owns { $asset }, { $distance_m } m away
ruling_owner = it was ruled on case { $case } that { $category } in { $grid } is for { $department }
territory_owner = { $department } is in charge within { $territory }
category_owner = { $department } is in charge of category { $category }
grid_owner = { $department } is in charge in { $grid }
no_department = nobody is in charge
unknown_category = category { $category } is not on the lists{ $likely ->
    [none] { "" }
   *[other] ; did it lose its leading zeros? There is { $likely }
}
# Why a request is refused.
not_found = there is no such thing here
method_not_allowed = that cannot be done here
sign_in = sign in first
not_allowed = you may not do that
unknown_token = this token is not known, or has ended
unknown_sign_in_code = this sign-in link is used up or too old; ask for a new one
not_let_in = name and password do not fit, or there were too many attempts: wait, or ask the administrator
wrong_old_password = the old password is another
password_too_short = the password has { $length } characters; { $shortest } are the least
password_too_long = the password has { $length } characters; { $limit } are the most
password_is_name = the password is your own name
unknown_host = this service does not go by that name
foreign_page = a page from elsewhere may not do that
unreadable_value = cannot be read: { $value }
no_object = a JSON object is needed
unknown_name = { $name } is not read here; what is: { $known }
not_together = { $one } and { $other } do not go together: say one of them
not_of_action = { $name } does not belong to this step: { $action }
body_too_large = the request is larger than is taken here
too_many_requests = too many requests in a short time; try again in a moment
key_reused = this idempotency key was used for another request
disk_full = the disk is full; nothing was kept, try again later
closing = the service is closing
internal = something went wrong here; it has been written down
nothing_told = say where it is or what it is: a position, an address, a place or a description
unlisted_category = category { $category } is not on the lists{ $likely ->
    [none] { "" }
   *[other] ; did it lose its leading zeros? There is { $likely }
}
too_long_ago = { $captured_at } is too long ago: nothing is taken that was seen before { $earliest }
foreign_source = only who has a token can report as { $given }; without one the source is one of { $open_to_all }
from_the_future = { $captured_at } is still to come; it is { $now } now
too_many_photos = { $photos } photos; { $limit } are the most
photo_too_large = a photo of { $bytes } bytes; { $limit } are the most
no_photo = this is no photo, or a broken one; JPEG, PNG and WebP are understood
too_many_pixels = a photo of { $width } × { $height } pixels; { $limit } a side are the most
text_too_long = a text of { $length } characters; { $limit } are the most
# What a command says of its work.
error = error
warning = warning
feature = feature { $feature }
would_start = { $warnings ->
    [one] 1 warning
   *[other] { $warnings } warnings
}; the service would start
would_not_start = { $errors ->
    [one] 1 error
   *[other] { $errors } errors
}, { $warnings ->
    [one] 1 warning
   *[other] { $warnings } warnings
}; the service would not start
would_place_nothing = { $warnings ->
    [one] 1 warning
   *[other] { $warnings } warnings
}; the service would start, and place nothing until there are grids
no_site_folder = there is no folder { $folder }; make it first, or say the site's folder with --site
no_site = { $folder } holds no site: no gridwatch.toml, no geodata, no store; say the site's folder with --site
served_already = another gridwatch serves from { $folder }: two would tell their screens different things. Stop that one first, or say another folder with --data
damaged_site = the site's files have { $errors ->
    [one] 1 error:
   *[other] { $errors } errors, the first:
}
    { $first }
    All problems: { $command }
site_holds = version { $version }: { $grids ->
    [one] 1 grid
   *[other] { $grids } grids
} to place on, { $departments ->
    [one] 1 department
   *[other] { $departments } departments
}, { $categories ->
    [one] 1 category
   *[other] { $categories } categories
}, { $territories ->
    [one] 1 territory
   *[other] { $territories } territories
}, { $assets ->
    [one] 1 asset
   *[other] { $assets } assets
}, { $staff } staff, { $places ->
    [one] 1 place
   *[other] { $places } places
}, { $cameras ->
    [one] 1 camera
   *[other] { $cameras } cameras
}
inside = inside
ambiguous = ambiguous
nearest = nearest
outside = outside
unplaced = unplaced
invalid = invalid
reading_columns = reading { $columns } as { $datum }
taken_as_wgs84 = note: coordinates are taken as WGS84; say --datum gcj02 for those of a phone or AMap, bd09 for Baidu's
not_png = { $file }: the picture is a PNG; give it a name that ends in .png
cases_to_import = { $taken ->
        [one] 1 case
       *[other] { $taken } cases
    } to take in, { $left_open } of them never closed; { $rejected } rows not taken; keep them with --write
cases_imported = { $fresh ->
        [one] 1 case
       *[other] { $fresh } cases
    } taken in, { $there } were there before; { $left_open } never closed; { $rejected } rows not taken
not_on_the_lists = category { $category } is not on the lists; say what it is here: --categories FILE
no_such_department = there is no department { $department }; say what it is here: --departments FILE
closed_before_opened = closed at { $closed }, before it was opened at { $opened }
not_closed_yet = closed at { $closed }: that is still to come
not_past_yet = opened at { $opened }: that is still to come
events_read = { $counted } events read; left out: { $other } of other categories, { $nowhere } without a position, { $unreadable } unreadable
too_many_draws = { $permutations } permutations with up to { $neighbors } neighbours are { $limit } draws and more: take fewer of either
picture_width = a picture is 1 to { $most_px } pixels wide
picture_height = a picture is 1 to { $most_px } pixels high
no_tile = there is no such tile
no_box = the corners of the box are no positions: west, south, east, north in degrees
box_over_antimeridian = the box goes from { $west } to { $east }, backwards or over the 180th meridian; ask for its two parts
empty_box = the box encloses nothing: west, south, east, north in degrees
film_length = a film of that size has 1 to { $most } pictures: name stretches that fit
not_values = { $file }: the numbers are written as .tif (GeoTIFF) or .npy (NumPy)
events_drawn = { $drawn ->
        [one] 1 event
       *[other] { $drawn } events
    } drawn, { $skipped } left out by period, category or for want of a position, { $unreadable } unreadable; the strongest colour stands for { $densest }
rows_placed = { $rows ->
    [one] 1 row
   *[other] { $rows } rows
}: { $outcomes } in { $seconds } s
rows_of = { $rows } { $outcome }
no_rows = none
at_line = line { $line }
column_category = category
column_outcome = outcome
column_grid = grid
column_department = department
column_why = why
no_such_grid = the site has no grid { $grid }
no_such_staff = the staff list has no { $id }
staff_new = new: { $id } { $name }
staff_changed = changed: { $id } { $name }
staff_gone = gone, and signed out: { $id } { $name }
staff_counted = { $new } new, { $changed } changed, { $gone } gone, { $same } as they were
codes_in_site = { $file } is in the folder of the site, where no secret belongs: name another place
over_the_video = --{ $option } would write over the video itself
one_place_for_both = --output and --annotate both say { $file }; give each a file of its own
no_such_camera = the site has no camera { $camera }
video_seen = { $frames ->
    [one] 1 picture
   *[other] { $frames } pictures
}, { $findings ->
    [one] 1 finding
   *[other] { $findings } findings
}
survey_holds = { $file }: { $features ->
    [one] 1 feature
   *[other] { $features } features
}, columns { $columns }
coordinates = coordinates: { $degrees ->
    [true] { "degrees in " }
   *[other] { "" }
}{ $system }, { $said_by ->
    [user] as you said
    [file] as the file says
    [site] as the site says
   *[other] as nobody says otherwise
}
site_reaches = the site then reaches from { $west }, { $south } to { $east }, { $north }
grid_sizes = its smallest grid is { $smallest } with { $smallest_area }, its largest { $largest } with { $largest_area }
grids_replaced = { $features ->
    [one] 1 feature
   *[other] { $features } features
} read; they replace { $replaced } and leave { $kept } of other levels; { $errors ->
    [one] 1 error
   *[other] { $errors } errors
}, { $warnings ->
    [one] 1 warning
   *[other] { $warnings } warnings
}
mend_errors = nothing written: mend the errors first
mend_other_files = nothing written: mend the other files, or say --force
say_write = nothing written; say --write to keep them in { $file }
not_on_list = { $staff } is not on the list that the service goes by; one that runs takes the files over within seconds
taken_over_soon = a running service takes it over within seconds
camera_new = new: { $id }
camera_changed = changed: { $id }
cameras_counted = { $new } new, { $changed } changed, { $same } as they were; others stay
service_asked = the service at { $url } answers { $answer }; a token belongs into GRIDWATCH_TOKEN
nobody_in_list = { $file } lists nobody: the { $staff } who are on the site's list would all be sent away
reserved_id = "{ $id }" is what others are called in the trail
resident_external_id = a sender's own id needs a sender: sign in, or leave it out
short_key = the key of somebody who is not signed in needs { $least } characters at least, so that nobody else has the same
written = written to { $file }
written_over = written to { $file }; what was there is in { $copy }
# What is true, files or store.
two_truths = the site's files and the store have both changed since they were last the same, and only you can know which is right. They differ in:
grids_are_gone = { $file } is gone from the site's folder; is it the right folder? Files and store differ in:
only_in_files = { $file }: only in the files
only_in_store = { $file }: only in the store
not_the_same = { $file }: not the same
take_the_files = the files are right:     { $command }
take_the_store = the store is right:      { $command }
files_differ = files and store differ in:
say_write_files = nothing done; say --write to take the files for true (version { $version }); what the store holds now stays in it as an older version
say_write_store = nothing done; say --write to write the store's version { $version } into the files; what it replaces is kept beside
files_are_true = the files are true now, as version { $version }; a service that runs goes on with its own until it is started anew
same_already = files and store are the same: version { $version }
set_aside = { $file } is not of this version and was moved to { $copy }
no_version_yet = the store holds no version of the site { $site } yet
# Backups.
backed_up = { $cases ->
    [one] 1 case
   *[other] { $cases } cases
}, { $reports ->
    [one] 1 report
   *[other] { $reports } reports
}, { $photos ->
    [one] 1 photo
   *[other] { $photos } photos
} in { $file }
file_is_there = { $file } is there already: say another name, or --force to write over it
photo_missing = photo { $hash } is named in the store, and is gone or damaged: it is not in the backup
no_store_there = there is no store in { $folder }
restored = restored as of { $made_at }: { $cases ->
    [one] 1 case
   *[other] { $cases } cases
}, { $reports ->
    [one] 1 report
   *[other] { $reports } reports
}, { $photos ->
    [one] 1 photo
   *[other] { $photos } photos
}. Sign-in links and sessions of before are void, tokens are good. Start it with:
cannot_restore = { $file } was not restored, and nothing was changed
no_backup = this is no file that `gridwatch backup` wrote, or its beginning is damaged
newer_backup = it has format { $found }, and this program knows up to { $known }: take a newer gridwatch
unsafe_member = { $member } would not lie inside the folder
not_a_plain_file = { $member } is a link, a folder or a device
unexpected_member = { $member } is there twice, or is not in the manifest
member_missing = { $member } is missing
wrong_size = { $member } has not the size that the manifest says
wrong_content = { $member } is damaged: its hash is another
target_not_empty = { $folder } is not empty
data_elsewhere = its settings put the store in { $folder }; say --data if that, or another folder, is right
newer_store = its store has schema { $found }, and this program knows up to { $known }: take a newer gridwatch
damaged_store = its store is damaged: { $error }
photo_lacking = the store names photo { $hash }, and the backup lacks it
# Cameras.
no_stream_given = the camera has no stream
no_secret = there is no credential named { $secret }: neither in the environment nor in secrets.toml
no_such_scene = there is no scene { $scene }
nothing_there = there is nothing at that address
unreachable = the camera cannot be reached
auth_failed = the camera refuses the credential
auth_wanted = the camera asks for a credential, and none is named: say secret = "…" in cameras.toml
unreadable = what comes is no video that can be read
too_large = a picture of { $width } × { $height } px is too large
no_pictures = no pictures come
line_broken = the connection to the camera broke
recorder_full = as many streams are open at that recorder as may be: { $limit }
other_pixels = its pictures are of a kind that only GStreamer reads: say reader = "gstreamer" in cameras.toml
worker_ended = the process that reads the camera ended and is begun again
keyframes_only = keyframes alone are looked at: the machine has too much to do
picture_ill = its picture is { $ailment }
ailment_black = black
ailment_overexposed = overexposed
ailment_frozen = frozen
ailment_covered = covered
ailment_out_of_focus = out of focus
ailment_moved = of another place: it was turned
clock_off = the camera's clock is wrong by { $off_s } s
disabled = the camera is switched off: cameras.toml says enabled = false
ended = the stream has ended
missing = this machine lacks { $element }, which reading it needs
too_many_cameras = as many cameras are open as may be; try again in a moment
too_many_viewers = as many people watch cameras as may; try again in a moment
no_picture_yet = the camera has sent no picture yet
nothing_kept = nothing is kept of that time: of cameras read over RTSP there are the last seconds
no_video = this program was built without video
# Findings.
decided_before = it was decided before: { $status ->
    [confirmed] confirmed
   *[dismissed] dismissed
}
no_reason = a finding is dismissed with a reason
reason_too_long = the reason has { $length } characters, { $limit } are allowed
# Why a command cannot do its work.
level_needed = say which level the features are: --level L, or level=COL in --map
code_needed = --map: code is needed, as in code={ $column }
no_field_in_map = --map { $pair }: field=COLUMN is needed
unknown_field_in_map = --map { $pair }: the field is none of { $fields }
unknown_column_in_map = --map { $pair }: there is no column { $column }; the columns are: { $columns }
field_twice_in_map = --map: { $field } is given twice
datum_needed = these are degrees inside China, and neither you, the file nor the site says which datum; say --datum wgs84 (surveys, GPS), gcj02 (AMap, Tencent, phones) or bd09 (Baidu): the wrong one moves everything by about 400 m
no_such_column = there is no column { $wanted }; the columns are: { $columns }; name the right one with --{ $option }
column_twice = the column { $name } is there twice; rename the wrong one, or name the right one with --{ $option }
standard_input = standard input
standard_output = standard output
cannot_open = cannot open { $file }
cannot_read = cannot read { $file }
cannot_write = cannot write { $file }
no_such_file = there is no such file or folder
no_permission = no permission
is_a_folder = it is a folder
not_a_folder = what should be a folder is a file
is_a_device = it is a device or a pipe, and a video needs a file
empty_table = { $file } is empty: there is not even a header
utf16 = this is UTF-16; save it as CSV in UTF-8
workbook = this is a workbook or another ZIP file; save the sheet as CSV
long_line = line { $line } is longer than 1 MiB; is this a CSV file?
# Steps on cases.
stale = somebody was faster: the case is at version { $version } now
nothing_corrected = a correction says another category or another place
not_now = a case that is { $status } cannot take this step: { $action }
not_yours = { $action } is for: { $role }
post_a_is_there = post A is there; post B acts while A is away
which_department = several departments have orders of it, { $departments }: say whose is meant
no_order = { $department } has no order of this case
needs_reason = { $action } needs a reason in the note
needs_photo = { $action } needs a photo
asked_before = { $wish } was asked for already, and waits for its answer
department_unknown = there is no department { $department }
named_twice = { $department } is named twice, or has an order already
led_before = { $department } leads already
other_unknown = there is no such case to merge into
other_ended = case { $number } has ended: { $status }
more_would_see = in case { $number } people would read it who may not
no_ruling = no shift head has ruled on this case
ruling_needs_place = a ruling holds for a category in a grid: this case lacks one of them
not_on_its_way = { $grid } is not one of the levels that this case lies in
no_such_ruling = nothing was ruled on { $category } in { $grid }
head_must_rule = it was given back { $returns } times: the shift head rules whose it is
ruled = the shift head ruled that it is theirs
report_in_first = who was whistled for reports in before the work is done
bad_stars = stars go from 1 to { $most }
not_due = it is not due yet
not_placed = nobody knows yet where it is: say lon and lat within a grid
head_must_decide = a second extension, and one for engineering work, is the shift head's to grant
into_itself = a case cannot be merged into itself
note_too_long = the note has { $length } characters; { $limit } are the most
# Of photos, by what they say of themselves.
not_judged = not judged: it says nothing of when and where it was taken
taken_in_time = taken when it was told of
taken_long_before = taken { $hours } hours before it was told of (more than { $limit })
taken_afterwards = taken { $minutes } minutes after it was sent: a clock is wrong, or the metadata are (more than { $limit })
at_the_spot = taken about { $distance_m } m from the case
far_from_the_spot = taken about { $distance_m } m from the case (more than { $limit_m })
same_spot_as_before = taken about { $distance_m } m from where the photos before the work were
other_spot_than_before = taken about { $distance_m } m from where the photos before the work were (more than { $limit_m })
# Of patrols, visits and places.
outside_reach = it lies in none of your grids
unknown_place = there is no place { $place } on the register; a visit needs a place, a position or a grid
unknown_grid = there is no grid { $grid }
unknown_staff = there is nobody { $staff } among the staff
unknown_report = there is no report { $report }
visited_before = { $by } has been there already
task_of_another_day = it is a task of { $date }
task_ended = { $by } has ended it already
skipping_needs_reason = what is not done needs a reason in the note
perhaps_the_same = { $name } ({ $place }) is there already, { $distance_m } m away; if this is another one, say "another": true
place_code_taken = there is a place { $place } already
too_many_names = { $names } other names; { $limit } are the most
# What cases, people and wishes are called; the parameter's name stands before the code.
action_open = open
action_join = join
action_correct = correct
action_verify = verify
action_disprove = disprove
action_solve = solve on the spot
action_approve = approve what was solved on the spot
action_reject = reject what was solved on the spot
action_accept = accept
action_refuse = refuse
action_merge = merge
action_absorb = absorb
action_file = file
action_send_back = send back to intake
action_dispatch = dispatch
action_whistle = whistle
action_recall = recall an order
action_sign = sign for
action_report_in = report in
action_guard = make the spot safe
action_handle = report as handled
action_ask = ask
action_grant = grant
action_deny = deny
action_rule = rule
action_resume = resume
action_pass = pass the check
action_rework = send to rework
action_close = close
action_reopen = reopen
action_rate = rate
action_remark = remark
action_escalate = escalate
status_triage = to be placed
status_to_verify = to be verified
status_to_audit = solved on the spot, to be looked at
status_to_accept = to be accepted
status_to_file = to be filed
status_to_dispatch = to be dispatched
status_to_sign = to be signed for
status_handling = being handled
status_suspended = suspended
status_to_check = to be checked
status_to_close = to be closed
status_closed = closed
status_untrue = found untrue
status_refused = refused
status_merged = merged into another
status_left_open = left open in past years
status_void = void
role_county_leader = county leader
role_street_cadre = street cadre
role_community_staff = community staff
role_specialist = grid specialist
role_grid_worker = grid worker
role_informant = informant
role_department_clerk = clerk of the department
role_street_office = street office
role_intake_officer = intake officer
role_shift_head = shift head
role_dispatcher = dispatcher
role_operator = camera operator
role_planner = planner
role_supervisor = supervisor
role_display = wall display
role_administrator = administrator
role_resident = who reported it
role_service = the service itself
wish_extension = an extension
wish_return = a return
wish_suspension = a suspension
wish_void = a void
measure_reported = Reports
measure_appeals = Appeals
measure_valid = Valid reports
measure_found = Found by the grid
measure_verified_on_time = Verified on time
measure_accepted_on_time = Accepted on time
measure_filed_on_time = Filed on time
measure_filed_accurately = Filed accurately
measure_dispatched_on_time = Dispatched on time
measure_dispatched_accurately = Dispatched accurately
measure_signed_on_time = Signed for on time
measure_reported_in_on_time = Reported in on time
measure_guarded_on_time = Made safe on time
measure_handled_on_time = Handled on time
measure_checked_on_time = Checked on time
measure_closed = Closed
measure_closed_on_time = Closed on time
measure_reworked = Rework
measure_satisfied = Satisfied
figures_title = Assessment
figures_departments = Departments
figures_grids = Grids
figures_workers = Grid workers
figures_whole = The whole
figures_made_at = as of
figures_all_time = since the start
figures_reported = Events reported
figures_appeals = Appeals collected
figures_solved = Appeals solved
figures_name = Name
figures_points = Points
figures_grade = Grade
figures_weight = weight
figures_note = A rate counts what was due in the period: done in it, or out of its limit in it. What came of it is as known now. n/a: nothing was due; it counts neither for nor against. Rework is better the less there is.
stage_place = placing
stage_verify = verification
stage_accept = acceptance
stage_file = filing
stage_audit = the look at what was solved
stage_dispatch = dispatch
stage_sign = signing for
stage_report_in = reporting in
stage_guard = making safe
stage_handle = handling
stage_check = the check
stage_close = closing
notice_turn = case { $number } waits for you: { $stage }
notice_late = case { $number } is late: { $stage }
notice_asked = case { $number }: { $wish } is asked for, and waits for your answer
notice_answered = case { $number }: what your department asked for was answered: { $action }
notice_ended = case { $number }, which you reported: { $status }
notice_restricted = case { $number }: { $status }
no_receiver = there is no such secret, or it is no address of the web
no_answer = nobody answered in time
answered = the answer was { $status }
errcode = the receiver refused it: { $errcode }
unclear = the answer is not what such a receiver says
bad_body = the template does not give JSON
mail_refused = the mail server refuses this mail for good: { $status }
no_times = this method needs to know when each incident was
exposure_of_cells = rates are of grids: what is known of grids says nothing of cells
too_few_steps = the period holds less than two steps of { $step_days } days
too_many_steps = { $steps } steps of { $areas } areas are more than { $limit } bins
too_many_cells = cells { $width_m } m wide would be more than { $limit }
too_many_pairs = more than { $limit } pairs of incidents lie that near each other
few_areas = Only { $areas } areas: with fewer than { $least }, what is said of a single one is weak.
islands = { $areas ->
        [one] One area has
       *[other] { $areas } areas have
    } no neighbour; nothing is said of what has none.
none_among_many = No area is hot once it is held against how many were looked at; what is shown would be hot if one looked at it alone.
few_steps = Only { $steps } steps: with fewer than 10 no trend can be told.
piled_up = A geocoder piles up what it knows nothing of: { $incidents } incidents on { $places ->
        [one] one such point
       *[other] { $places } such points
    } are left out.
unobserved = { $areas ->
        [one] One area is
       *[other] { $areas } areas are
    } unobserved, with less than { $floor } to divide by: left out, and not taken as zero.
nothing_happened = Nothing happened in the period.
hotspots_title = Hotspots
hotspots_all_time = all time
hotspots_made_at = made at
hotspots_incidents = Incidents
hotspots_before = Before
hotspots_expected = expected
hotspots_number = Hotspots
hotspots_areas = Areas
hotspots_unobserved = Unobserved
hotspots_elsewhere = Outside every grid
hotspots_warnings = Read this first
hotspots_ranked = Hotspots by rank
hotspots_found = Findings
hotspots_about = About
hotspots_none = There is no hotspot.
hotspots_more = more, in the tables
hotspots_place = Where
hotspots_trend = Against before
hotspots_categories = Categories
hotspots_departments = Departments
hotspots_hours = Hours
hotspots_sources = Sources
hotspots_pile = left out
hotspots_how = How it was made
hotspots_distance = Distance
hotspots_time = Time apart
hotspots_pairs = Pairs
hotspots_ratio = Times the expected
method_gi = Getis–Ord Gi
method_gi-star = Getis–Ord Gi*
method_moran = Local Moran's I
method_kde = Kernel density
method_dbscan = DBSCAN clusters
method_hdbscan = HDBSCAN clusters
method_emerging = Emerging hot spots
method_near-repeat = Near repeats (Knox)
how_gi = As Gi*, of the neighbours of an area alone: it says of an area in what surroundings it lies, whatever happened in it.
how_gi-star = An area is hot where it and its neighbours together hold more than chance would give them; z says by how many standard deviations. How sure that is takes into account that many areas were looked at (false discovery rate, Benjamini–Hochberg); p_sim is by permutations. Hot areas that touch are one hotspot; the first has the most incidents beyond an even spread. What is expected is what the period before would have given in as many days, and as many of each hour of the week; p is how seldom chance gives as many.
how_moran = An area is alike with its neighbours, high among high ones or low among low ones, or unlike them, more than chance would make it (permutations, p ≤ 0.05). Areas that are high among high ones and touch are one hotspot.
how_kde = Each incident is spread over the ground around it by a kernel; where that falls off the ground, it is made good (edge). The cells with the highest density that together hold half of all are the core; those that touch are one hotspot. The width of the kernel is given, or by the rule 0.9 · min(SD, √(1 / ln 2) · median distance) · n^−0.2. A density says where it is dense and not how sure that is: for that take gi-star.
how_dbscan = Incidents belong together where each has at least min_points (itself counted) within eps_m metres, over the ground and not over grids. A hotspot is drawn around each cluster; what belongs to none is noise.
how_hdbscan = Incidents belong together where they lie denser than around them, however dense that is: no distance is chosen, only how many make a cluster (min_points). Those clusters are kept that last longest as the distance shrinks; what belongs to none is noise.
how_emerging = Each area in each step of time is hot or cold by Gi* of it and its neighbours in this step and the one before (false discovery rate over all areas and steps); the pattern says how that came about, by the test of Mann and Kendall.
how_near-repeat = How often two incidents lie that near in space and in time, against what would be if the times were shuffled (permutations). Above 1 with a small p: one is soon followed by another nearby.
legend_hot = hot, { $percent } % sure
legend_cold = cold, { $percent } % sure
legend_high_high = high among high ones
legend_high_low = high among low ones
legend_low_high = low among high ones
legend_low_low = low among low ones
legend_core = core: holds half of all
legend_unobserved = unobserved
pattern_new_hot = new
pattern_consecutive_hot = consecutive
pattern_intensifying_hot = intensifying
pattern_persistent_hot = persistent
pattern_diminishing_hot = diminishing
pattern_sporadic_hot = sporadic
pattern_oscillating_hot = oscillating
pattern_historical_hot = historical
pattern_new_cold = cold: new
pattern_consecutive_cold = cold: consecutive
pattern_intensifying_cold = cold: intensifying
pattern_persistent_cold = cold: persistent
pattern_diminishing_cold = cold: diminishing
pattern_sporadic_cold = cold: sporadic
pattern_oscillating_cold = cold: oscillating
pattern_historical_cold = cold: historical
hotspots_same_place = the same place
too_many_events = { $events } incidents are more than { $limit }: take a shorter period, one category, or dbscan
kernel_too_wide = a kernel { $bandwidth_m } m wide over { $cells } cells would take minutes: take a narrower one, or wider cells
