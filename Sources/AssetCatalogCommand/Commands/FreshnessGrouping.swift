import ArgumentParser

/// What `freshness --by` gives one row each.
enum FreshnessGrouping: String, CaseIterable, ExpressibleByArgument {
  case name
}
