import Configuration
import Testing

@Suite struct ByteSizeTests {
    @Test(arguments: [
        (ByteSize.zero, "0"), (.bytes(1500), "1500"), (.kibibytes(10), "10k"), (.bytes(1536), "1536"),
        (.mebibytes(5), "5M"), (.mebibytes(1024), "1G"), (.gibibytes(3), "3G"), (.max, "9223372036854775807"),
    ])
    func description(_ size: ByteSize, _ text: String) {
        #expect(size.description == text)
    }

    @Test func tooLargeIsTheLargest() {
        #expect(ByteSize.gibibytes(.max) == .max)
        #expect(ByteSize.kibibytes(.min) == .zero)
        #expect(ByteSize.bytes(-1) == .zero)
        #expect(ByteSize.gibibytes(8_589_934_591) < .max)
    }
}
