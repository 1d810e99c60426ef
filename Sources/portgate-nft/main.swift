import CNftables
print(1)
