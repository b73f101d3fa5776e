extension String {
    /// Where the last byte of that value stands. Read through a pointer, which is several times quicker than through
    /// the view of the bytes.
    package func lastUTF8Index(of byte: UInt8) -> Index? {
        var text = self
        let offset = text.withUTF8 { $0.lastIndex(of: byte) }
        return offset.map { utf8.index(startIndex, offsetBy: $0) }
    }

    /// The text in lower case. Nearly every name and address comes so already; it then stays as it is.
    package var inLowerCase: String {
        var text = self
        let isPlain = text.withUTF8 { $0.allSatisfy { $0.isASCII && !$0.isASCIIUppercase } }
        return isPlain ? text : text.lowercased()
    }
}

extension String {
    /// The texts one after the other, in memory that is taken once; pieced together by interpolation a text moves when it
    /// grows.
    package init(joining texts: String...) {
        self.init(unsafeUninitializedCapacity: texts.reduce(0) { $0 + $1.utf8.count }) { target in
            var count = 0
            for var text in texts {
                text.withUTF8 { bytes in
                    count = target[count...].initialize(fromContentsOf: bytes)
                }
            }
            return count
        }
    }
}
