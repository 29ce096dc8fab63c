import Settings
import TestSupport
import Testing
import WorkerTestSupport

@testable import Worker

@Suite("Where images may come from")
struct ImageHostCheckTests {
    @Test(
        "refusing private networks is worth a note where Antenna itself is in one",
        arguments: [
            ("http://localhost:8000/api/v2", true), ("http://10.1.2.3/api/v2", true), ("http://[::1]/api/v2", true),
            ("https://antenna.example.org/api/v2", false),
        ]
    )
    func privateNetworks(_ address: String, isNoted: Bool) throws {
        for flag in ["--allow-private-images", "--no-allow-private-images"] {
            let settings = try ScratchFolder().resolve(flags: ["--base-url", address, flag]).settings
            let finding = ImageHostCheck.finding(images: settings.images, antenna: settings.antenna)
            #expect((finding.status == .note) == (isNoted && flag.hasPrefix("--no")), "\(address) \(flag)")
        }
    }
}
