import Glibc

exit(Tool.run(CommandLine.arguments.dropFirst(), Console.standard()).rawValue)
