#!/bin/sh
# What a container runtime does with an image's root: sh run-image.sh ROOT DATA USER FOLDER COMMAND…, in namespaces of its own.
# The root is read-only, but for /tmp in memory and the volume /data; the command is process 1 and not root.
set -eu
root=$1 data=$2 user=$3 folder=$4
shift 4
mount --make-rprivate /
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind "$data" "$root/data"
exec chroot --userspec="$user" --groups= "$root" sh -c 'cd "$0" && exec "$@"' "$folder" "$@"
