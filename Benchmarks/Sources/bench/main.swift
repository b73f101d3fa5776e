import Foundation

let ending = Ending()
let signals = ending.catchSignals()
do {
    let options = try Options(Array(CommandLine.arguments.dropFirst()))
    let installation = try Installation(binaries: options.binaries, scratch: options.scratch)
    let report = try Plan(options, installation, ending).run()
    ending.run()
    report.print()
    print("\nevery round's figures: \(try report.write(to: options.results).path)")
} catch {
    ending.run()
    print("\nbench: \(error)")
    exit(1)
}
