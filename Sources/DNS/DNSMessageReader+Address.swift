internal import MailTypes

extension DNSMessageReader {
    /// The address in the data of an A or AAAA record.
    func address(_ data: Range<Int>, _ type: DNSRecordType) throws(DNSMessageError) -> IPAddress {
        switch (type, data.count) {
        case (.a, 4): return .v4(UInt32(truncatingIfNeeded: bigEndian(data.lowerBound, bytes: 4)))
        case (.aaaa, 16):
            return IPAddress(
                high: bigEndian(data.lowerBound, bytes: 8), low: bigEndian(data.lowerBound + 8, bytes: 8))
        default: throw DNSMessageError()
        }
    }
}
