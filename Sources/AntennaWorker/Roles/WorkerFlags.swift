import ArgumentParser
import Settings

/// The settings of a whole worker, wherever its tasks come from: those of `run`, which `check` tries.
struct WorkerFlags: ParsableArguments {
    @OptionGroup(title: "What to work on") var work: Flags<WorkSettings>
    @OptionGroup(title: "Antenna") var antenna: Flags<AntennaSettings>
    @OptionGroup var queues: QueueFlags
    @OptionGroup(title: "Without the broker") var fallback: Flags<FallbackSettings>
    @OptionGroup var images: ImageFlags
    @OptionGroup(title: "Inference") var inference: Flags<BatchSettings, InferenceSettings, ResultSettings>
    @OptionGroup(title: "Spool") var spool: Flags<SpoolSettings>
    @OptionGroup var service: ServiceFlags
}
