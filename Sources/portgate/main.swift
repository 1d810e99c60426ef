import Policy
print("portgate")
