import SwiftUI

/// What is kept of the rep, each with its purpose, and who else gets it: nobody.
struct KeptScreen: View {
    var body: some View {
        List {
            kept("kept.place", "kept.place_why")
            kept("kept.work", "kept.work_why")
            kept("kept.person", "kept.person_why")
            kept("kept.phone", "kept.phone_why")
            kept("kept.causes", "kept.causes_why")
            kept("kept.still", "kept.still_why")
            Section("privacy.never_keeps") {
                Text("privacy.never_keeps_what")
                Text("privacy.woken")
            }
            Section("kept.third_parties") { Text("kept.third_parties_what") }
        }
        .navigationTitle("settings.kept_of_me")
    }

    private func kept(_ what: LocalizedStringKey, _ why: LocalizedStringKey) -> some View {
        Section { Row(title: Text(what), more: Text(why)) }
    }
}
