import { createRouter, createWebHashHistory, type Router } from 'vue-router'
import EditorPage from './pages/EditorPage.vue'
import RunPage from './pages/RunPage.vue'
import RunsPage from './pages/RunsPage.vue'
import SettingsPage from './pages/SettingsPage.vue'
import TaskPage from './pages/TaskPage.vue'
import TasksPage from './pages/TasksPage.vue'
import TodayPage from './pages/TodayPage.vue'

/**
 * The address is kept behind `#`, which works over http and under `app://` alike. No page is loaded later than the others:
 * what is known must stay in reach when the host is gone.
 */
export function createPageRouter(): Router {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/', redirect: '/today' },
      { path: '/today', name: 'today', component: TodayPage },
      { path: '/tasks', name: 'tasks', component: TasksPage },
      {
        path: '/tasks/new',
        name: 'task-new',
        component: EditorPage,
        props: ({ query: { from } }) => ({ id: null, from: typeof from === 'string' ? from : null }),
      },
      { path: '/tasks/:id', name: 'task', component: TaskPage, props: true },
      { path: '/tasks/:id/edit', name: 'task-edit', component: EditorPage, props: true },
      { path: '/runs', name: 'runs', component: RunsPage },
      { path: '/runs/:id', name: 'run', component: RunPage, props: true },
      { path: '/settings', name: 'settings', component: SettingsPage },
      { path: '/:rest(.*)*', redirect: '/today' },
    ],
  })
}
