#!/bin/sh
# Sleeps, and so does a child of its own in a session of its own; both note who they are.
log=$(dirname "$0")/log
setsid sh -c 'echo $$ >> "$0"; exec sleep 60' "$log" &
echo $$ >> "$log"
sleep 60
