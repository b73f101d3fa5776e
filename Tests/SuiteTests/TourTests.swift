import SuiteFixture
import Testing

/// The README's five minutes: `make run`'s script and every command after it, in bash, as they stand there.
@Suite(.timeLimit(.minutes(2))) struct TourTests {
    /// A command and what the README shows of its output.
    private struct Step {
        var command: String
        var shown: [String] = []
    }

    /// What the README tells to type, each with what it shows below it. The first functions have no prompt.
    private static func steps() throws -> [Step] {
        var steps: [Step] = []
        for line in try Repository.readme(under: "Five minutes") {
            if let last = steps.indices.last, isUnfinished(steps[last].command) {
                steps[last].command += "\n\(line)"
            } else if line.hasPrefix("$ ") {
                steps.append(Step(command: String(line.dropFirst(2))))
            } else if line.contains("() {") {
                steps.append(Step(command: line))
            } else if let last = steps.indices.last {
                steps[last].shown.append(line)
            }
        }
        return steps
    }

    private static func isUnfinished(_ command: String) -> Bool {
        command.hasSuffix("\\") || command.count { $0 == "{" } > command.count { $0 == "}" }
    }

    /// Times, numbers and hashes differ from run to run, and so do the widths of columns.
    private static func pattern(_ line: String) -> String {
        line.replacing(/SRS0=[^=]+=[^=]+=/, with: "SRS0=").replacing(/\d+/, with: "0").replacing(/\ +/, with: " ")
    }

    /// Whether the lines are there in this order; `...` is for what the README leaves out.
    private static func isShown(_ output: [String], as shown: [String]) -> Bool {
        var rest = output.map(pattern)[...]
        for line in shown.map(pattern) where line != "..." {
            let isCut = line.hasSuffix(" ...")
            let start = isCut ? String(line.dropLast(3)) : line
            let place = rest.firstIndex { isCut ? $0.hasPrefix(start) : $0 == start }
            guard let place else { return false }
            rest = rest[(place + 1)...]
        }
        return shown.contains("...") || output.count == shown.count
    }

    /// A directory like that of the project, with the programs under test, and a `swift` that tells where they are.
    private static func project() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        let prepare = """
            mkdir -p .build scripts deploy/etc bin postfix
            ln -s \(Suite.binaries) .build/release
            cp \(Repository.path)/scripts/run scripts
            cp \(Repository.path)/deploy/etc/try.yaml deploy/etc
            printf '#!/bin/sh\\necho %s\\n' \(Suite.binaries) >bin/swift
            chmod +x bin/swift
            : >postfix/main.cf
            """
        let outcome = Command.run("/bin/bash", ["-ec", "cd \(directory.path)\n\(prepare)"])
        guard outcome.status == 0 else { throw FixtureError(outcome.output) }
        return directory
    }

    /// Runs the commands in one shell beside the suite, on a network of their own, so that the ports are free.
    private static func outputs(of steps: [Step]) throws -> [[String]] {
        let project = try project()
        let marker = "== next command"
        let commands = steps.map { "echo '\(marker)'\n\($0.command)" }.joined(separator: "\n")
        let script = """
            cd \(project.path)
            ip link set lo up
            export PATH=\(project.path)/bin:$PATH MAIL_CONFIG=\(project.path)/postfix
            scripts/run >run.log 2>&1 &
            suite=$!
            trap 'kill $suite; wait $suite' EXIT
            for turn in {1..400}; do
                grep -q 'listening on 127.0.0.1:7779' run.log && break
                sleep 0.05
            done
            cat run.log
            \(commands)
            """
        let outcome = Command.run("/usr/bin/unshare", ["--net", "/bin/bash", "-c", script])
        let lines = outcome.output.split(separator: "\n").map(String.init)
        return lines.split(separator: marker, omittingEmptySubsequences: false).map(Array.init)
    }

    @Test func everyCommandShowsWhatTheReadmeShows() throws {
        let steps = try Self.steps()
        try #require(steps.first?.command == "make run")
        #expect(steps.count > 20)
        let outputs = try Self.outputs(of: Array(steps.dropFirst()))
        try #require(outputs.count == steps.count, "\(outputs)")
        for (step, output) in zip(steps, outputs) {
            let shown = step.shown.map { $0.replacing(".../var/", with: "/var/") }
            let printed = output.map { $0.replacing(/\/tmp\/postern\.\w+\/var\//, with: "/var/") }
            #expect(Self.isShown(printed, as: shown), "\(step.command)\n\(output.joined(separator: "\n"))")
        }
    }
}
