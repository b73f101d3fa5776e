import Foundation

/// Tries `body` every `pause` seconds until it succeeds, for at most `seconds`.
func waiting<Value>(for what: String, seconds: Double = 30, pause: Double = 0.02, _ body: () -> Value?) throws -> Value
{
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
        if let value = body() { return value }
        Thread.sleep(forTimeInterval: pause)
    }
    throw Program.Failure(description: "\(what): not within \(Int(seconds)) s")
}
