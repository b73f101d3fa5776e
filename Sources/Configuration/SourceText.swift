/// A file's bytes checked to be text that YAML allows (YAML 1.2 sections 5.1 and 5.2): UTF-8 without control
/// characters. Checked here and not by libyaml, which tells no line for such faults.
struct SourceText {
    /// The text without a byte order mark.
    let bytes: [UInt8]

    init(_ source: [UInt8], file: String) throws(ConfigurationError) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        self.bytes = source.starts(with: mark) ? Array(source.dropFirst(mark.count)) : source
        var place = Place()
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        while true {
            switch parser.parseScalar(from: &rest) {
            case .emptyInput:
                return
            case .error:
                throw place.error(file, "the file is not UTF-8 text here; save it as UTF-8")
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                guard Self.isAllowed(scalar) else {
                    throw place.error(file, "the control character \(Self.name(scalar)) is not allowed")
                }
                place.advance(over: scalar)
            }
        }
    }

    /// The character at a libyaml mark's index, which counts characters; only for error messages.
    func scalar(at index: Int) -> Unicode.Scalar? {
        let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
        return scalars.dropFirst(index).first
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x85: true
        case 0..<0x20, 0x7F..<0xA0, 0xFEFF, 0xFFFE, 0xFFFF: false
        default: true
        }
    }

    private static func name(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

/// Counts lines and columns the way libyaml does.
private struct Place {
    private var line = 1
    private var column = 1
    private var afterReturn = false

    mutating func advance(over scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x0A where afterReturn:
            break
        case 0x0A, 0x0D, 0x85, 0x2028, 0x2029:
            line += 1
            column = 1
        default:
            column += 1
        }
        afterReturn = scalar.value == 0x0D
    }

    func error(_ file: String, _ message: String) -> ConfigurationError {
        ConfigurationError(location: ConfigurationLocation(file: file, line: line, column: column), message: message)
    }
}
