// The worker: gives ruleset text to libnftables, and lists portgate's table. It is the only program that links libnftables,
// which exits, aborts and corrupts memory on hostile input; so it runs for one command, confined, and its parent trusts
// what the kernel shows afterwards and not what this process says.
import Glibc

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 1, let command = arguments.first.flatMap(Command.init) else {
    Output.error("usage: portgate-nft load|check|list|rules")
    exit(ExitCode.usage)
}
guard Confinement.enter() else {
    Output.error("cannot confine this process")
    exit(ExitCode.internalFailure)
}
exit(command.run())
