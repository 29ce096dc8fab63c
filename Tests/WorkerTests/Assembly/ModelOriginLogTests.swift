import Inference
import Logging
import TestSupport
import Testing

@testable import Worker

@Suite("What is said of models that could be kept compiled")
struct ModelOriginLogTests {
    private func lines(_ origin: ModelOrigin, from level: Logger.Level = .info) -> [String] {
        let log = CapturedLog()
        ModelOriginLog(logger: log.logger(from: level))
            .note(
                origin,
                of: "/models/moths.onnx",
                on: DeviceUse(device: .openVINO, precision: .full),
                after: .milliseconds(1_500)
            )
        return log.warnings
    }

    @Test("Once a model: whether it was kept, with its file and the time")
    func kept() {
        for (origin, words) in [
            (ModelOrigin.cache, "loaded from the cache"),
            (.compiled(replacing: false), "it was not there"),
            (.compiled(replacing: true), "what was there of it could not be used"),
        ] {
            let lines = lines(origin)
            #expect(lines.count == 1)
            #expect(lines[0].contains(words) && lines[0].contains("/models/moths.onnx") && lines[0].contains("1.5"))
            #expect(self.lines(origin, from: .warning).isEmpty)
        }
    }

    @Test("What is never kept is a warning with its remedy, and where nothing could be kept nothing is said")
    func notKept() {
        let lines = lines(.notKept(reason: "the disk is full", remedy: "make room"), from: .warning)
        #expect(lines.count == 1)
        #expect(lines[0].contains("the disk is full") && lines[0].contains("make room"))
        #expect(self.lines(.file).isEmpty)
    }
}
