// The host room.
