"""The officer's pages, under /actions/."""

from django.urls import path

from actions.views import coordination, listing, mine, page, verbs

app_name = "actions"

urlpatterns = [
    path("", listing.show_list, name="list"),
    path("mine/", mine.show_mine, name="mine"),
    path("<int:pk>/", page.show_action, name="action"),
    path("<int:pk>/update/", verbs.post_update, name="post-update"),
    path("<int:pk>/no-change/", verbs.confirm_no_change, name="confirm-no-change"),
    path("<int:pk>/words/", verbs.add_words, name="add-words"),
    path("<int:pk>/reopen/", verbs.reopen, name="reopen"),
    path("<int:pk>/hand-over/", coordination.hand_over, name="hand-over"),
    path("<int:pk>/extend/", coordination.extend, name="extend"),
]
