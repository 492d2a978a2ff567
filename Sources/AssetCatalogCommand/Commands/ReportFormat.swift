import ArgumentParser

/// The forms of a report.
enum ReportFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  case html, markdown, openmetrics, json
}
