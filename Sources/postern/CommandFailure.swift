import ArgumentParser
import Configuration
import Glibc

/// Ends a command with a sentence and a status of sysexits.h.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    let status: Int32
    /// A socket is there and nobody listens on it.
    var isRefusedConnection = false

    /// Prints the sentence to standard error and returns what ends the process.
    func exit() -> ExitCode {
        StandardError.write("postern: \(description)\n")
        return ExitCode(status)
    }
}

/// Standard error, unbuffered.
enum StandardError {
    static func write(_ text: String) {
        var text = text
        _ = text.withUTF8 { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// Runs `body`; whatever it throws ends the command with its own status, a fault of the configuration with EX_CONFIG,
/// anything else with `status`.
func reportingFailure<Value>(status: Int32, _ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let failure as CommandFailure {
        throw failure.exit()
    } catch let errors as ConfigurationErrors {
        StandardError.write("\(errors)\n")
        throw ExitCode(EX_CONFIG)
    } catch {
        StandardError.write("\(error)\n")
        throw ExitCode(status)
    }
}
