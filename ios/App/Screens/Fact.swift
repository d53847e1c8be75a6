import Foundation
import SwiftUI

/// Something that is so, and its name.
struct Fact {
    let name: String
    let value: String

    init(_ key: String, _ value: String) {
        name = NSLocalizedString(key, comment: "")
        self.value = value
    }

    init(named name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

/// Below each other: at a large type neither is cut.
struct Told: View {
    let fact: Fact

    var body: some View {
        VStack(alignment: .leading, spacing: 2) {
            Text(verbatim: fact.name).font(.subheadline).foregroundStyle(.secondary)
            Text(verbatim: fact.value)
        }
        .accessibilityElement(children: .combine)
    }
}
