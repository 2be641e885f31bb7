#!/bin/sh
# seed-case.sh URL [SITE] [DATA]
# Plays the seed's case on a running service of the demo site, by its people, and prints the trail. The service must be of
# this machine: the people's sign-in codes are made in its store.
set -eu
url=${1:?usage: seed-case.sh URL [SITE] [DATA]}
site=${2:-.}
data=${3:-$site/data}
gridwatch=${GRIDWATCH:-$(command -v gridwatch || echo target/debug/gridwatch)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for who in informant-024 staff-07 office-02 office-01 office-05 clerk-03; do
    code=$("$gridwatch" user code "$who" --site "$site" --data "$data" | cut -d, -f3)
    printf '{"code": "%s"}' "$code" | curl -sSf -c "$work/$who" -o "$work/answer" "$url/api/session" --data-binary @-
done
# One pixel is a photo.
base64 -d >"$work/photo.png" <<'PNG'
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC
PNG

value() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$work/answer" | head -n 1; }
step() { # who step [photo]
    set -- "$1" "$2" ${3:+-F "photo=@$3"}
    who=$1 step=$2
    shift 2
    curl -sSf -b "$work/$who" -o "$work/answer" "$url/api/cases/$case/actions" -F "step=$step" "$@"
    printf '%-14s %s\n' "$who" "$step"
}

curl -sSf -b "$work/informant-024" -o "$work/answer" "$url/api/reports" -F lon=110.0331 -F lat=40.4109 -F category=010301 \
    -F description=厕所墙体开裂 -F "photo=@$work/photo.png" -F "external_id=seed-$(date +%s)-$$"
case=$(value case_id)
echo "case $(value number)"
step staff-07 '{"action": "verify"}'
step office-02 '{"action": "accept"}'
step office-01 '{"action": "file"}'
step office-05 '{"action": "dispatch", "lead": "HWJ"}'
step clerk-03 '{"action": "sign"}'
step clerk-03 '{"action": "handle", "note": "已修补"}' "$work/photo.png"
step staff-07 '{"action": "pass", "stars": 2}'
step office-01 '{"action": "close"}'
echo
curl -sSf -b "$work/office-01" "$url/api/cases/$case" | python3 -c '
import json, sys
case = json.load(sys.stdin)
print(case["number"], case["status"])
for step in case["trail"]:
    by = step["by"]
    print(step["at"], by["name"], by.get("role", ""), step["action"], "->", step["status"], step.get("note", ""))
for clock in case["clocks"]:
    print(clock["stage"], clock.get("light", "-"))
'
