/// The NVIDIA GPUs that a process finds, as `auto` needs to know them.
package enum GPUSurvey: Sendable, Equatable {
    /// There is nothing that anybody would expect to be used, for this reason.
    case none(String)
    /// The driver lends as many, numbered from 0.
    case lent(Int)
    /// Some are there, and the driver lends none of them.
    case unusable(reason: String, remedy: String)

    /// Looks at a machine.
    ///
    /// Who hides GPUs in the usual words, an empty `CUDA_VISIBLE_DEVICES` or -1, means it.
    package init(_ machine: GPUMachine) {
        let visible = machine.environment["CUDA_VISIBLE_DEVICES"]
        if let visible, Self.hidesAll(visible) {
            self = .none("CUDA_VISIBLE_DEVICES hides the GPUs")
            return
        }
        let answer = machine.driver()
        if case .lent(let count) = answer {
            self = .lent(count)
            return
        }
        let files = machine.deviceFiles()
        let known = machine.known()
        let isWithheld = ["void", "none"].contains(machine.environment["NVIDIA_VISIBLE_DEVICES"])
        guard !files.isEmpty || (!known.isEmpty && !isWithheld) else {
            self = .none("there is no NVIDIA GPU")
            return
        }
        if files.isEmpty {
            self = .unusable(
                reason: "the driver knows of \(known.count), but none is lent to this process: "
                    + "/dev/nvidia0 is not there",
                remedy: "start the container with the GPU (docker run --gpus all, nvidia.com/gpu: 1 in Kubernetes, "
                    + "apptainer run --nv), the service with PrivateDevices=no"
            )
            return
        }
        self = Self.verdict(answer, files: files, visible: visible)
    }

    private static func verdict(_ answer: CUDADriver.Answer, files: [String], visible: String?) -> GPUSurvey {
        switch answer {
        case .lent(let count): .lent(count)
        case .missing(let text):
            .unusable(
                reason: "\(files[0]) is there, and the driver's library is not: \(text)",
                remedy: "install the driver's library for CUDA; in a container set "
                    + "NVIDIA_DRIVER_CAPABILITIES=compute,utility"
            )
        case .failed(let text):
            .unusable(
                reason: "\(files[0]) is there, and the driver cannot be used: \(text)",
                remedy: "see what nvidia-smi says; after an update of the driver its kernel module has to be "
                    + "loaded anew"
            )
        case .none:
            if let visible {
                .unusable(
                    reason: "CUDA_VISIBLE_DEVICES=\(visible) names none of the GPUs that are there",
                    remedy: "nvidia-smi -L names them; without the variable all are used"
                )
            } else {
                .unusable(
                    reason: "\(files[0]) is there, and the driver finds no GPU that this process may use",
                    remedy: "see what nvidia-smi says to the same user, who has to be allowed to read and write "
                        + files[0]
                )
            }
        }
    }

    private static func hidesAll(_ visible: String) -> Bool {
        ["", "-1", "none", "void", "nodevfiles"].contains(visible.filter { !$0.isWhitespace }.lowercased())
    }
}
