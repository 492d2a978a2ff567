import Foundation

/// Where every test has to run, as `.ci/run` has it.
package enum ContinuousIntegration {
  /// Whether a test that the system does not let run fails, instead of being passed over.
  package static let isOn = ProcessInfo.processInfo.environment["CI"] == "true"
}
