import Inference
import Telemetry
import Testing

@Suite("The devices that auto comes to")
struct AutomaticDeviceTests {
    /// A runtime whose models cannot be loaded, and whose devices are those a test says.
    private final class ScriptedRuntime: InferenceRuntime {
        let name = "Scripted"
        let version = "1"
        let libraryPath = "none"
        let opensSideBySide = true
        let unusable: [Device: InferenceError]

        init(_ unusable: [Device: InferenceError]) {
            self.unusable = unusable
        }

        func makeSession(path: String, options: SessionOptions) throws(InferenceError) -> any InferenceSession {
            throw failure(.invalidModel, "there are no models here")
        }

        func checkAvailability(of options: SessionOptions) throws(InferenceError) {
            if let error = unusable[options.device] { throw error }
        }
    }

    /// Uses devices of a machine that has what a test says: the libraries of `missing` are not there.
    private func use(
        _ survey: GPUSurvey,
        choices: [DeviceChoice] = [.automatic],
        precision: Precision = .full,
        unusable: [Device: InferenceError] = [:],
        missing: Set<Device> = [.openVINO]
    ) throws -> InferenceRuntimes.Used<Device> {
        let runtime = ScriptedRuntime(unusable)
        let runtimes = InferenceRuntimes(survey: { survey }) { device throws(InferenceError) in
            if missing.contains(device) { throw failure(.libraryNotFound, "no library") }
            return runtime
        }
        return try runtimes.use(choices, precision: precision) { use, runtime in
            try runtime.checkAvailability(of: SessionOptions(device: use.device, precision: use.precision))
            return use.device
        }
    }

    @Test("An engine for each GPU, in their order")
    func twoGPUs() throws {
        let used = try use(.lent(2))
        #expect(used.results == [.cuda(0), .cuda(1)])
        #expect(used.placement.description == "cuda:0, cuda:1 (auto: 2 NVIDIA GPUs)")
        #expect(used.placement.rejected.isEmpty)
    }

    @Test("Without a GPU, and with GPUs that are hidden, the processor, without a warning")
    func noGPU() throws {
        let used = try use(.none("there is no NVIDIA GPU"))
        #expect(used.results == [.cpu])
        #expect(used.placement.reason == "auto: there is no NVIDIA GPU")
        #expect(used.placement.rejected.isEmpty)
        let faster = try use(.none("CUDA_VISIBLE_DEVICES hides the GPUs"), missing: [])
        #expect(faster.results == [.openVINO])
        #expect(faster.placement.rejected.isEmpty)
    }

    @Test("A GPU without its provider is told of, with what to install, and the processor works")
    func noProvider() throws {
        let lacking = failure(.deviceUnavailable, "ONNX Runtime has no CUDAExecutionProvider")
        let used = try use(.lent(1), unusable: [.cuda(0): lacking])
        #expect(used.results == [.cpu])
        #expect(used.placement.reason == "auto: of 1 NVIDIA GPU none can be used")
        #expect(used.placement.rejected.map(\.subject) == ["cuda:0"])
        #expect(used.placement.rejected[0].reason == lacking.message)
        #expect(used.placement.rejected[0].remedy.contains("scripts/setup --onnxruntime=gpu"))
    }

    @Test("Of two GPUs the one that can be used works alone")
    func oneOfTwo() throws {
        let used = try use(.lent(2), unusable: [.cuda(0): failure(.outOfMemory, "CUDA failure 2: out of memory")])
        #expect(used.results == [.cuda(1)])
        #expect(used.placement.reason == "auto: 1 of 2 NVIDIA GPUs")
        #expect(used.placement.rejected.map(\.subject) == ["cuda:0"])
        #expect(used.placement.rejected[0].remedy.contains("nvidia-smi"))
    }

    @Test("A driver that lends no GPU is told of, and the processor works")
    func noDriver() throws {
        let used = try use(.unusable(reason: "no library", remedy: "install it"))
        #expect(used.results == [.cpu])
        #expect(
            used.placement.rejected
                == [DeviceRejection("NVIDIA GPUs", reason: "no library", remedy: "install it")]
        )
    }

    @Test("At half precision a GPU computes by CUDA, else by TensorRT, and nothing becomes full precision silently")
    func half() throws {
        #expect(try use(.lent(1), precision: .half).results == [.cuda(0)])
        #expect(try use(.lent(1), precision: .mixed).placement.names == "cuda:0 mixed")
        var lacking = [Device.cuda(0): failure(.invalidModel, "moths.half.onnx is not there")]
        let second = try use(.lent(1), precision: .half, unusable: lacking)
        #expect(second.results == [.tensorRT(0)])
        #expect(second.placement.rejected.map(\.subject) == ["cuda:0 half"])
        #expect(second.placement.rejected[0].remedy.contains("tools/export/half"))
        lacking[.tensorRT(0)] = failure(.deviceUnavailable, "no TensorRT")
        let used = try use(.lent(1), precision: .half, unusable: lacking, missing: [])
        #expect(used.placement.devices == [DeviceUse(device: .openVINO, precision: .half)])
        #expect(used.placement.rejected.map(\.subject) == ["cuda:0 half", "tensorrt:0 half"])
        #expect(throws: InferenceError.self) { try use(.lent(1), precision: .half, unusable: lacking) }
    }

    @Test("At full precision TensorRT is nobody's choice but the user's")
    func full() throws {
        let used = try use(.lent(1), unusable: [.cuda(0): failure(.deviceUnavailable, "no CUDA")])
        #expect(used.results == [.cpu])
        #expect(used.placement.rejected.map(\.subject) == ["cuda:0"])
    }

    @Test("A device that is named and cannot be used is an error, whatever else there is")
    func named() throws {
        let lacking = failure(.deviceUnavailable, "no such GPU")
        #expect(throws: InferenceError.self) {
            try use(
                .lent(2),
                choices: [.device(.cuda(0)), .device(.cuda(1))],
                unusable: [.cuda(1): lacking],
                missing: []
            )
        }
        let used = try use(.lent(2), choices: [.device(.cuda(1)), .processor])
        #expect(used.results == [.cuda(1), .cpu])
        #expect(used.placement.reason.isEmpty)
    }
}

private func failure(_ code: InferenceError.Code, _ message: String) -> InferenceError {
    InferenceError(code, operation: OperationName("test.use", "a device"), message: message)
}
