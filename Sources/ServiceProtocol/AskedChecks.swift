internal import Glibc
internal import NIOCore
public import PostfixProtocol

/// Checks that are asked together: their names, as a question writes them and as its answer is read by them.
///
/// Made once for a policy, so that no request makes a list of names.
public final class AskedChecks: Sendable, Equatable {
    /// The names in the order in which they are asked, each once.
    public let names: [String]
    /// The line `checks=…` of a question.
    let line: ByteBuffer
    /// The lines of an answer in which none of them has anything to say; nil where nothing is asked.
    private let silence: ByteBuffer?
    /// The names' bytes one behind the other, and where each ends.
    private let bytes: [UInt8]
    private let ends: [Int]

    /// Checks in the order in which they are asked. One that is named twice is asked once: it would say the same, and two
    /// answers of one name are an error.
    public init(_ names: [String]) {
        let names = names.indices.filter { names.firstIndex(of: names[$0]) == $0 }.map { names[$0] }
        self.names = names
        var line = ByteBuffer()
        line.write(atMost: ByteWriter.space(of: names)) { $0.writeAttribute("checks", words: names) }
        self.line = line
        var bytes: [UInt8] = []
        ends = names.map { name in
            bytes += name.utf8
            return bytes.count
        }
        self.bytes = bytes
        var silence = ByteBuffer()
        CheckReply.results(names.map { ($0, .verdict(.none)) }).encode(into: &silence)
        self.silence = names.isEmpty ? nil : silence
    }

    /// Whether `answer` says, as services write it, that none of the checks has anything to say. Most answers do; it is
    /// told by comparing bytes. Of one that says so in another way this is false.
    public func isSilence(_ answer: AttributeList) -> Bool {
        guard let silence else { return false }
        var isSilence = false
        _ = answer.withPlainFields { bytes, fields in
            // Before them there are `protocol` and `id`.
            guard fields.count == names.count + 2, fields[1].name(in: bytes).equals("id") else { return }
            isSilence = silence.withUnsafeReadableBytes { silence in
                let start = Int(fields[2].start)
                guard let base = bytes.baseAddress, let other = silence.baseAddress,
                    bytes.count - start == silence.count
                else { return false }
                return memcmp(base + start, other, silence.count) == 0
            }
        }
        return isSilence
    }

    /// Whether none of the checks has anything to say in this answer of ours.
    func isSilence(_ results: [(check: String, result: CheckResult)]) -> Bool {
        guard silence != nil, results.count == names.count else { return false }
        // The names are nearly always the very same.
        return results.indices.allSatisfy { results[$0].result.isSilent && results[$0].check == names[$0] }
    }

    /// Appends the lines of that answer.
    func writeSilence(into buffer: inout ByteBuffer) {
        if let silence { buffer.writeImmutableBuffer(silence) }
    }

    /// Where the check called `name` stands; nil when it was not asked.
    /// - Parameter guess: where to look at first: answers nearly always come in the order of the question.
    func place(of name: UnsafeRawBufferPointer, guess: Int) -> Int? {
        if ends.indices.contains(guess), isCalled(name, guess) { return guess }
        return ends.indices.first { isCalled(name, $0) }
    }

    private func isCalled(_ name: UnsafeRawBufferPointer, _ place: Int) -> Bool {
        let start = place == 0 ? 0 : ends[place - 1]
        guard ends[place] - start == name.count else { return false }
        guard let other = name.baseAddress, name.count > 0 else { return true }
        return bytes.withUnsafeBytes { bytes in bytes.baseAddress.map { memcmp($0 + start, other, name.count) } == 0 }
    }

    /// Whether the same is asked in the same order.
    public static func == (left: AskedChecks, right: AskedChecks) -> Bool { left.names == right.names }
}
