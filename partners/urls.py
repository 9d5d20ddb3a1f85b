"""Sign-in, by allauth, and a person's own pages. Only what an invited person needs: no sign-up, no addresses of one's own."""

from allauth.account import views
from django.urls import include, path, re_path

from partners.views import cover, emails

own = [
    path("emails/", emails.show_emails, name="emails"),
    path("cover/", cover.show_cover, name="cover"),
    path("cover/<int:pk>/end/", cover.stop_cover, name="stop-cover"),
]

urlpatterns = [
    path("", include((own, "partners"))),
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]
