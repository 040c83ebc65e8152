#!/bin/sh
# HOW INPUT OUTPUT: copies; goes wrong for the asset "2" of test.noise (grey, 16 x 12) as it is told. Notes each call.
log=$(dirname "$0")/log
first=$(tail -c +14 "$2" | head -c 1 | od -An -tu1 | tr -d ' ')
echo "$first" >> "$log"
[ "$first" = 2 ] && case $1 in
  hang) sleep 60 ;;
  crash) echo about to crash >&2; kill -SEGV $$ ;;
  status) echo no such luck >&2; exit 7 ;;
  fork) cp "$2" "$3"; setsid sh -c 'echo $$ > "$0"; exec sleep 60' "$log.pid" & while ! [ -s "$log.pid" ]; do sleep 0.01; done; exit 0 ;;
  nothing) exit 0 ;;
  empty) : > "$3"; exit 0 ;;
  disk) while :; do head -c 1000000 /dev/zero >> "$3.$(date +%N)"; done ;;
  file) exec head -c 100000000 /dev/zero > "$3" ;;
  flood) yes ;;
  memory) exec dd if=/dev/zero of=/dev/null bs=1G count=1 ;;
esac
exec cp "$2" "$3"
