internal import Glibc

// A service for tests: what it does is its first argument. With a daemon's own argument it is a daemon.
let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "serve": Answering(isStubborn: arguments.contains("stubborn")).run()
case "supervise": Supervising.run(Array(arguments.dropFirst()))
case "inherited": Reporting.inheritedSockets(to: arguments[1])
case "signals": Reporting.signals(to: arguments[1])
case "--config": Hanging.run()
default: exit(64)
}
