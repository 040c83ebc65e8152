#!/bin/sh
# HOW LIST: copies; fails at the asset "2" of test.noise when told so. Notes the length of each list.
wc -l < "$2" >> "$(dirname "$0")/log.$(basename "$0")"
while IFS=$(printf '\t') read -r from to quality; do
  first=$(tail -c +14 "$from" | head -c 1 | od -An -tu1 | tr -d ' ')
  [ "$1 $first" = "fail 2" ] && { echo "cannot do $quality" >&2; exit 3; }
  cp "$from" "$to"
done < "$2"
