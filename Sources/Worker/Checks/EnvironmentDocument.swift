import Settings

/// The part of docs/configuration.md about variables that are no settings of this worker.
enum EnvironmentDocument {
    /// What reads a variable, and what for.
    private static let variables: KeyValuePairs = [
        "`ANTENNA_WORKER_CONFIG`": "the configuration file, where `--config` names none",
        "`ORT_DYLIB_PATH`": "the path of `libonnxruntime.so`, looked at first",
        "`OPENVINO_DYLIB_PATH`": "the path of `libopenvino_c.so`, looked at first",
        "`LD_LIBRARY_PATH`": "where the loader finds CUDA's libraries, and what else it loads",
        "`CUDA_VISIBLE_DEVICES`": "which GPUs there are for this process; `cuda:0` is the first of them",
        "`http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`":
            "proxies for Antenna and images, as with curl; capitals, too, but for `HTTP_PROXY`",
        "`CURL_CA_BUNDLE`, `SSL_CERT_FILE`": "a file of authorities for https, where `tls.ca` names none",
        "`SSL_CERT_DIR`": "a folder of authorities, in place of the system's",
        "`NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`":
            "set by systemd, which is told that the worker is ready and moves",
        "`POD_NAME`": "told to Antenna with the worker's host name",
        "`NO_COLOR`": "no colours, where it holds anything",
        "`TERM`": "`dumb` means a terminal without colours and bars",
        "`TMPDIR`": "where a demo keeps its spool",
    ]

    static let markdown = """
        ## Other variables

        All variables that begin with `\(Catalogue.variablePrefix)` are settings, and stand above. These are read beside them:

        | variable | what for |
        |---|---|
        \(variables.map { "| \($0.key) | \($0.value) |" }.joined(separator: "\n"))

        """
}
