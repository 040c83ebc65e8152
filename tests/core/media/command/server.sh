#!/bin/sh
# A server that upper-cases what it is given, and notes its starts and requests.
log=$(dirname "$0")/log
echo started >> "$log"
while IFS=$(printf '\t') read -r what more; do
  echo "$what" >> "$log.asked"
  case $what in
    die) echo going down >&2; exit 4 ;;
    refuse) echo "error no $more today" ;;
    hang) sleep 60 ;;
    silent-end) exit 0 ;;
    twice) echo one; echo two ;;
    wrong) echo '{"id": 99}' ;;
    broken) echo '{"id": ' ;;
    chatter) echo "a message" >&2; echo ok ;;
    *) echo "$what" | tr a-z A-Z ;;
  esac
done
