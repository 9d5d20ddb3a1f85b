"""The officer's pages, under /actions/."""

from django.urls import path

from actions.views import coordination, drafts, evidence, exports, help, listing, mine, page, structure, verbs
from actions.views import proposals as initiatives

app_name = "actions"

urlpatterns = [
    path("", listing.show_list, name="list"),
    path("export.<slug:form>", listing.export, name="export"),
    path("exports/", exports.show_list, name="exports"),
    path("exports/ask/", exports.request_export, name="request-export"),
    path("exports/<int:pk>/", exports.show_export, name="show-export"),
    path("exports/<int:pk>/file/", exports.send_file, name="download-export"),
    path("exports/<int:pk>/again/", exports.try_again, name="try-export-again"),
    path("mine/", mine.show_mine, name="mine"),
    path("mine/send/", mine.send_ready, name="send-ready"),
    path("mine/updates.csv", mine.my_updates, name="my-updates"),
    path("<int:pk>/", page.show_action, name="action"),
    path("<int:pk>/update/", verbs.post_update, name="post-update"),
    path("<int:pk>/draft/", drafts.save_draft, name="save-draft"),
    path("<int:pk>/no-change/", verbs.confirm_no_change, name="confirm-no-change"),
    path("<int:pk>/words/", verbs.add_words, name="add-words"),
    path("help/<int:pk>/", help.answer_help, name="answer-help"),
    path("evidence/<int:pk>/", evidence.send_file, name="evidence"),
    path("updates/<int:pk>/evidence/", evidence.add_evidence, name="add-evidence"),
    path("<int:pk>/reopen/", verbs.reopen, name="reopen"),
    path("<int:pk>/hand-over/", coordination.hand_over, name="hand-over"),
    path("<int:pk>/extend/", coordination.extend, name="extend"),
    path("<int:pk>/edit/", structure.edit, name="edit"),
    path("<int:pk>/close/", structure.close, name="close"),
    path("propose/", initiatives.propose, name="propose"),
    path("proposals/", initiatives.show_list, name="proposals"),
    path("proposals/<int:pk>/", initiatives.show_proposal, name="proposal"),
    path("proposals/<int:pk>/edit/", initiatives.edit, name="edit-proposal"),
    path("proposals/<int:pk>/take-back/", initiatives.take_back, name="take-back-proposal"),
    path("proposals/<int:pk>/decide/", initiatives.decide, name="decide-proposal"),
]
