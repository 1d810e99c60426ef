import PacketSpace

print(PacketSpace().nodeCount)
