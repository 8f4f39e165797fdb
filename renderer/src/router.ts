import { createRouter, createWebHashHistory, type Router } from 'vue-router'

/** The address is kept behind `#`, which works over http and under `app://` alike. */
export function createPageRouter(): Router {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/', redirect: '/today' },
      { path: '/today', name: 'today', component: () => import('./pages/TodayPage.vue') },
      { path: '/tasks', name: 'tasks', component: () => import('./pages/TasksPage.vue') },
      { path: '/tasks/new', name: 'task-new', component: () => import('./pages/EditorPage.vue'), props: { id: null } },
      { path: '/tasks/:id', name: 'task', component: () => import('./pages/TaskPage.vue'), props: true },
      { path: '/tasks/:id/edit', name: 'task-edit', component: () => import('./pages/EditorPage.vue'), props: true },
      { path: '/runs', name: 'runs', component: () => import('./pages/RunsPage.vue') },
      { path: '/runs/:id', name: 'run', component: () => import('./pages/RunPage.vue'), props: true },
      { path: '/settings', name: 'settings', component: () => import('./pages/SettingsPage.vue') },
      { path: '/:rest(.*)*', redirect: '/today' },
    ],
  })
}
