import ArgumentParser
import AssetCatalog
import FreshnessRules

/// How an answer is written.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  case table, markdown, json, ndjson, csv
}
