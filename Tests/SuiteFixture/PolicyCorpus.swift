/// Requests captured from a real Postfix.
public enum PolicyCorpus {
    /// One entry for each request, as Postfix sends it, with the empty line.
    public static var requests: [String] {
        let text = contents(of: "\(Repository.path)/Tests/PostfixProtocolTests/Corpus/policy-requests.txt")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("#") }
        return lines.split(whereSeparator: \.isEmpty).map { $0.map { "\($0)\n" }.joined() + "\n" }
    }

    /// The value of an attribute of a request.
    public static func value(of name: String, in request: String) -> String {
        let line = request.split(separator: "\n").first { $0.hasPrefix("\(name)=") }
        return line.map { String($0.dropFirst(name.count + 1)) } ?? ""
    }
}
