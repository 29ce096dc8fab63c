import Inference
import Testing

@Suite("Which GPUs a process finds")
struct GPUSurveyTests {
    private func survey(
        _ driver: CUDADriver.Answer,
        files: [String] = [],
        known: [String] = [],
        environment: [String: String] = [:]
    ) -> GPUSurvey {
        GPUSurvey(
            GPUMachine(
                environment: environment,
                deviceFiles: { files },
                known: { known },
                driver: { driver }
            )
        )
    }

    private let files = ["/dev/nvidia0", "/dev/nvidia1"]
    private let known = ["/proc/driver/nvidia/gpus/0000:01:00.0"]
    private let noLibrary = CUDADriver.Answer.missing("libcuda.so.1: cannot open shared object file")

    @Test("A machine without any is no reason to warn")
    func none() {
        #expect(survey(noLibrary) == .none("there is no NVIDIA GPU"))
        // A container with CUDA in it, on a machine without a driver.
        #expect(survey(.failed("CUDA driver is a stub library (CUDA error 34)")) == .none("there is no NVIDIA GPU"))
        #expect(survey(.none) == .none("there is no NVIDIA GPU"))
    }

    @Test("As many as the driver lends, whatever names them", arguments: [nil, "0,1", "GPU-8f6b,GPU-1c2d", "1"])
    func lent(visible: String?) {
        let environment = visible.map { ["CUDA_VISIBLE_DEVICES": $0] } ?? [:]
        #expect(survey(.lent(2), files: files, known: known, environment: environment) == .lent(2))
    }

    @Test("GPUs that are hidden on purpose are not asked for", arguments: ["", "-1", " ", "none", "NoDevFiles"])
    func hidden(visible: String) {
        let machine = GPUMachine(
            environment: ["CUDA_VISIBLE_DEVICES": visible],
            deviceFiles: { files },
            known: { known },
            driver: {
                Issue.record("the driver was asked")
                return .lent(2)
            }
        )
        #expect(GPUSurvey(machine) == .none("CUDA_VISIBLE_DEVICES hides the GPUs"))
    }

    @Test("A variable that names none of them says so")
    func misnamed() throws {
        let found = survey(.none, files: files, known: known, environment: ["CUDA_VISIBLE_DEVICES": "GPU-gone"])
        let (reason, remedy) = try #require(found.problem)
        #expect(reason == "CUDA_VISIBLE_DEVICES=GPU-gone names none of the GPUs that are there")
        #expect(remedy.contains("nvidia-smi -L"))
    }

    @Test("A driver without its library, or that cannot be used, is told with its words")
    func broken() throws {
        let missing = try #require(survey(noLibrary, files: files, known: known).problem)
        #expect(missing.reason.contains("libcuda.so.1: cannot open shared object file"))
        #expect(missing.remedy.contains("NVIDIA_DRIVER_CAPABILITIES"))
        let text = "system has unsupported display driver / cuda driver combination (CUDA error 803)"
        let failed = try #require(survey(.failed(text), files: files, known: known).problem)
        #expect(failed.reason.contains(text))
        let forbidden = try #require(survey(.none, files: files, known: known).problem)
        #expect(forbidden.remedy.contains("/dev/nvidia0"))
    }

    @Test("A container on a machine with GPUs that has none of them is told how to get one, unless that is meant")
    func withheld() throws {
        let problem = try #require(survey(noLibrary, known: known).problem)
        #expect(problem.reason.contains("none is lent to this process"))
        #expect(problem.remedy.contains("--gpus all"))
        let meant = survey(noLibrary, known: known, environment: ["NVIDIA_VISIBLE_DEVICES": "void"])
        #expect(meant == .none("there is no NVIDIA GPU"))
    }
}

extension GPUSurvey {
    fileprivate var problem: (reason: String, remedy: String)? {
        if case .unusable(let reason, let remedy) = self { (reason, remedy) } else { nil }
    }
}
